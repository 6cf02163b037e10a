"""Images on their way to a model and from one, and speech, with the real engine, store and folder."""

import base64
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.messages import Message
from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.errors import ChatError
from lib.domain.reply.reply import State
from lib.domain.reply.usage import Source
from lib.engine.engine import Engine
from lib.engine.pictures import ATTACHMENTS_IGNORED
from lib.files.folder import Files
from lib.gateway.client import Gateway
from lib.store import Store
from tests.engine.conftest import QUICK, Chat, settle
from tests.files.samples import image, noise, uploaded
from tests.patience import PATIENCE
from tests.scripted_gateway import ScriptedGateway, drawing, error, raw, stream

REQUEST_BYTES = 300 * 1024
REFUSAL = {"error": {"message": "Invalid content type. image_url is only supported by certain models."}}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.fixture
def chat(gateway: ScriptedGateway, store: Store, files: Files, connection: Connection) -> Iterator[Chat]:
    """A conversation of an engine that keeps its images in a folder."""
    engine = Engine(Gateway(), store, files=files, request_bytes=REQUEST_BYTES)
    yield Chat(engine, store, connection)
    engine.stop()
    settle(gateway)


def ask(chat: Chat, text: str, *attachments: Attachment) -> Message:
    """Say something with files; the answer, as the store has it."""
    tape = chat.send(text, attachments=attachments)
    assert tape.wait_closed(PATIENCE)
    answer = chat.stored(tape)[0]
    chat.conversation.messages[answer.id] = answer  # as a page does that has followed it
    return answer


def kept(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "files").glob("*/*"))


def test_an_image_and_a_document_go_along_and_are_stored(
    chat: Chat, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    photo, notes = uploaded("photo.png", image()), uploaded("notes.md", b"# Tea")
    answer = ask(chat, QUICK, photo, notes)
    (request,) = gateway.requests
    assert request.images == [photo.data]
    assert request.body["messages"][0]["content"][0]["text"] == "File: notes.md\n\n# Tea"
    found = chat.store.of(LOCAL).conversations.get(chat.conversation.id)
    assert found
    question = found.messages[answer.parent_id or ""]
    assert question.attachments == (photo, notes)
    assert [each.data for each in question.attachments] == [None, None]
    assert kept(tmp_path) == [photo.id]


def test_an_image_is_sent_again_with_what_follows_and_counted_in_estimates(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("A red one.", usage="never"), stream("No."))
    answer = ask(chat, "Look", uploaded("photo.png", image(750, 100)))
    assert answer.reply
    assert answer.reply.usage.source is Source.ESTIMATED
    assert (answer.reply.usage.prompt_tokens or 0) >= 100
    ask(chat, "Is it blue?")
    assert [len(request.images) for request in gateway.requests] == [1, 1]
    assert gateway.requests[1].body["messages"][-1] == {"role": "user", "content": "Is it blue?"}


def test_a_request_with_many_large_images_stays_under_its_limit(chat: Chat, gateway: ScriptedGateway) -> None:
    for seed in range(4):
        answer = ask(chat, f"Look at {seed}, {QUICK}", uploaded(f"{seed}.jpg", noise(800, 600, seed=seed)))
    assert all(len(request.raw_body) <= REQUEST_BYTES for request in gateway.requests)
    sides = [Image.open(BytesIO(data)).width for data in gateway.requests[-1].images]
    assert sides == sorted(sides)
    assert len(sides) < 4
    assert answer.reply
    assert str(answer.reply.notices[0]).endswith("did not fit into the request and was left out.")


def test_images_of_a_temporary_chat_are_in_no_file(
    chat: Chat, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    chat.conversation.is_temporary = True
    photo = uploaded("photo.png", image())
    assert chat.send(attachments=(photo,)).wait_closed(PATIENCE)
    assert gateway.requests[0].images == [photo.data]
    assert kept(tmp_path) == []
    assert chat.store.attachments.ids() == set()


def test_a_file_names_the_chat_where_nothing_is_written(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("A red one."))
    ask(chat, "", uploaded("photo.png", image()))
    assert chat.conversation.title == "photo.png"


def test_a_model_that_refused_images_is_remembered(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(error(400, REFUSAL), error(400, REFUSAL))
    ask(chat, "No image here")
    assert not chat.engine.refuses_images(chat.connection, "model-a")
    ask(chat, "Look", uploaded("photo.png", image()))
    assert chat.engine.refuses_images(chat.connection, "model-a")
    assert not chat.engine.refuses_images(chat.connection, "model-b")
    assert not chat.engine.refuses_images(Connection("https://elsewhere.test/v1"), "model-a")


def test_what_is_drawn_is_kept_found_again_and_booked(
    chat: Chat, gateway: ScriptedGateway, files: Files, tmp_path: Path
) -> None:
    chat.conversation.model = "gpt-image-1"
    data = image(256, 256)
    gateway.enqueue(drawing(data, prompt="A red square", usage={"input_tokens": 5, "output_tokens": 272}))
    answer = ask(chat, "A square", uploaded("notes.md", b"# Tea"))
    assert answer.reply
    (drawn,) = answer.reply.images
    assert (drawn.name, drawn.media_type, drawn.width, drawn.text) == (
        "image-1.png",
        "image/png",
        256,
        "A red square",
    )
    assert files.load(drawn) == data
    assert answer.reply.notices == (ATTACHMENTS_IGNORED,)
    assert drawn.id in chat.store.attachments.ids()
    assert drawn.id in kept(tmp_path)
    (row,) = chat.store.of(LOCAL).ledger.of_conversation(chat.conversation.id)
    assert (row.state, row.model_requested, row.usage.completion_tokens) == (
        State.COMPLETED,
        "gpt-image-1",
        272,
    )
    assert chat.store.replies.tape(answer.id)
    chat.store.of(LOCAL).conversations.purge(chat.conversation.id)
    assert chat.store.attachments.ids() == set()


def test_what_is_drawn_and_is_no_image_fails_with_a_sentence(chat: Chat, gateway: ScriptedGateway) -> None:
    chat.conversation.model = "dall-e-3"
    gateway.enqueue(drawing(b"<svg onload='alert(1)'/>"))
    answer = ask(chat, "A square")
    assert answer.reply
    assert answer.reply.error
    assert answer.reply.error.sentence == "“image-1” is not an image."
    assert answer.reply.images == ()


def test_speech_becomes_text_and_a_row_in_the_ledger(chat: Chat, gateway: ScriptedGateway) -> None:
    def heard() -> str:
        return chat.engine.transcribe(
            LOCAL,
            chat.connection,
            b"RIFF",
            model="whisper-1",
            session_id=chat.session_id,
            conversation_id="c",
        )

    assert heard() == "How hot should the water be?"
    gateway.enqueue(error(401, {"error": {"message": "Invalid token"}}))
    with pytest.raises(ChatError):
        heard()
    rows = chat.store.of(LOCAL).ledger.of_session(chat.session_id)
    assert [(row.purpose, row.state, row.model_requested) for row in rows] == [
        ("transcription", State.COMPLETED, "whisper-1"),
        ("transcription", State.FAILED, "whisper-1"),
    ]


def with_picture(data: bytes, **delta: object) -> bytes:
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    images = [{"type": "image_url", "image_url": {"url": url}}]
    choice = {"index": 0, "delta": {"content": "Here: ", "images": images, **delta}, "finish_reason": "stop"}
    return b"data: " + json.dumps({"id": "c", "model": "model-a", "choices": [choice]}).encode() + b"\n\n"


def test_a_picture_in_an_answer_becomes_a_file_and_goes_back_as_an_image(
    chat: Chat, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    gateway.enqueue(raw(with_picture(image())), stream("Blue now."))
    answer = ask(chat, "Draw a red square")
    assert answer.reply
    [picture] = answer.reply.images
    assert (picture.name, picture.width, picture.data) == ("image-1.png", 64, None)
    assert kept(tmp_path) == [picture.id]
    assert chat.store.attachments.ids() == {picture.id}
    ask(chat, "Make it blue")
    second = gateway.requests[1]
    assert second.images == [image()]
    assert "base64" not in json.dumps([m for m in second.body["messages"] if isinstance(m["content"], str)])


def test_a_large_picture_goes_back_within_the_limit(chat: Chat, gateway: ScriptedGateway) -> None:
    gateway.enqueue(raw(with_picture(noise(900, 900, kind="PNG"))), stream("Fine."))
    ask(chat, "Draw noise")
    ask(chat, "Thank you")
    assert len(gateway.requests[1].images) == 1
    assert len(gateway.requests[1].raw_body) <= REQUEST_BYTES


def test_a_model_that_refused_pictures_is_asked_again_without_its_drawn_ones(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(raw(with_picture(image())), error(400, REFUSAL), stream("In words, then."))
    ask(chat, "Draw a square")
    refused = ask(chat, "What is it?")
    assert refused.reply
    assert refused.reply.error
    assert "takes no images" in refused.reply.error.hint
    ask(chat, "Say it in words")
    assert [len(request.images) for request in gateway.requests] == [0, 1, 0]


def test_a_picture_that_cannot_be_shown_is_told_and_the_words_stay(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(raw(with_picture(b"\x89PNG\r\n\x1a\n and nothing more" * 4)))
    answer = ask(chat, "Draw a square")
    assert answer.reply
    assert (answer.reply.text, answer.reply.images, answer.reply.state) == ("Here: ", (), State.COMPLETED)
    assert tuple(map(str, answer.reply.notices)) == (
        "A file of this answer was left out. “image-1” is not an image.",
    )


def test_a_picture_at_the_gateways_own_address_is_fetched_and_one_elsewhere_stays_a_link(
    chat: Chat, gateway: ScriptedGateway
) -> None:
    own = gateway.serve("/picture.png", raw(image(), headers={"Content-Type": "image/png"}))
    images = [{"image_url": {"url": url}} for url in (own, "http://192.168.0.1/x.png")]
    gateway.enqueue(raw(with_picture(image(), images=images)))
    answer = ask(chat, "Draw two")
    assert answer.reply
    assert [each.width for each in answer.reply.images] == [64]
    assert answer.reply.text == "Here: \n\n[image](<http://192.168.0.1/x.png>)"
    assert "may not call" in str(answer.reply.notices[0])


def test_what_a_model_says_aloud_is_kept_as_a_file(
    chat: Chat, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    sound = {"transcript": "Hello", "data": base64.b64encode(bytes(4800)).decode()}
    gateway.enqueue(raw(with_picture(image(), audio=sound, images=[], content="")))
    answer = ask(chat, "Say hello")
    assert answer.reply
    [speech] = answer.reply.audio
    assert (answer.reply.text, speech.media_type, speech.data) == ("Hello", "audio/wav", None)
    assert kept(tmp_path) == [speech.id]
