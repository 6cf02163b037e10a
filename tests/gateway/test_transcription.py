"""Speech to text, over real HTTP."""

from typing import Any

import pytest

from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.usage import Usage
from lib.gateway.client import Timeouts
from tests.gateway.test_client import KEY, connection, with_client
from tests.scripted_gateway import ScriptedGateway, error, silence

WAV = b"RIFF\x24\0\0\0WAVEfmt "


def transcribe(gateway: ScriptedGateway, seconds: float = 120.0) -> tuple[str, Usage]:
    to = connection(gateway)
    return with_client(
        lambda client: client.transcribe(to, WAV, model="whisper-1"), Timeouts(first_byte_seconds=seconds)
    )


def test_a_recording_goes_as_a_file_and_comes_back_as_text(gateway: ScriptedGateway) -> None:
    gateway.enqueue(error(200, {"text": " How hot? ", "usage": {"input_tokens": 14, "output_tokens": 4}}))
    text, usage = transcribe(gateway)
    assert (text, usage.prompt_tokens, usage.completion_tokens) == ("How hot?", 14, 4)
    request = gateway.requests[0]
    assert request.path == "/v1/audio/transcriptions"
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert WAV in request.raw_body
    assert b'filename="recording.wav"' in request.raw_body
    assert b"whisper-1" in request.raw_body


def test_without_usage_it_is_unknown(gateway: ScriptedGateway) -> None:
    assert transcribe(gateway) == ("How hot should the water be?", Usage())


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (413, "<html><title>413 Request Entity Too Large</title></html>", Category.BAD_REQUEST),
        (404, {"error": {"message": "The model whisper-1 does not exist"}}, Category.INVALID_MODEL),
        (200, {"error": {"message": f"余额不足 {KEY}"}}, Category.INSUFFICIENT_BALANCE),
        (200, "<html>", Category.WRONG_BASE_URL),
        (200, {"text": None}, Category.WRONG_BASE_URL),
    ],
)
def test_a_failure_is_the_usual_error(
    status: int, body: Any, category: Category, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(error(status, body))
    with pytest.raises(ChatError) as failed:
        transcribe(gateway)
    assert failed.value.category is category
    assert KEY not in str(failed.value)


def test_silence_ends_in_time(gateway: ScriptedGateway) -> None:
    gateway.enqueue(silence())
    with pytest.raises(ChatError) as failed:
        transcribe(gateway, seconds=0.1)
    assert failed.value.category is Category.TIMEOUT
