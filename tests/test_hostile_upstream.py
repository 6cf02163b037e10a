"""A server that answers without end: every answer ends, what came before stays, the memory is not filled."""

import base64
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lib.gateway.limits import MB, Limits
from tests.command_line import process
from tests.files.samples import image
from tests.patience import PATIENCE
from tests.scripted_gateway import Received, ScriptedGateway
from tests.scripted_gateway.chunks import chunk
from tests.scripted_gateway.replies import JSON, SSE, Reply

BLOCK = 64 * 1024
MOST_GROWTH = 3 * Limits().file_bytes
"""Bytes of memory that an answer may take, whatever it is."""


def squeezed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same, compressed."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return filter(None, map(packer.compress, blocks))


def different_pictures() -> Iterator[bytes]:
    whole = base64.b64encode(image() + b"\0" * 3 * MB)[:-8].decode()
    for number in itertools.count():
        yield chunk(images=[f"data:image/png;base64,{whole}{number:08}"])


ENDLESS: dict[str, Callable[[], Iterator[bytes]]] = {
    "a line": lambda: itertools.chain([b"data: "], itertools.repeat(b"x" * BLOCK)),
    "text": lambda: itertools.repeat(chunk(content="word " * 1000)),
    "half a picture": lambda: itertools.chain(
        [chunk(content="![a](data:image/png;base64,iVBORw0KGgo")],
        itertools.repeat(chunk(content="A" * BLOCK)),
    ),
    "pictures": different_pictures,
    "comments": lambda: itertools.repeat(b": ping\n\n" * 1000),
    "empty events": lambda: itertools.repeat(b"data: {}\n\n" * 1000),
}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Bytes of memory that a short answer takes."""
    with ScriptedGateway() as gateway:
        return int(ask(gateway, tmp_path_factory.mktemp("usual"))["memory"])


@pytest.mark.parametrize("kind", ENDLESS)
def test_an_answer_without_end_is_ended(
    gateway: ScriptedGateway, tmp_path: Path, usual: int, kind: str
) -> None:
    gateway.enqueue(lambda _: Reply(itertools.chain([chunk(content="First.")], ENDLESS[kind]()), headers=SSE))
    asked = ask(gateway, tmp_path)
    assert asked["status"] == 1
    assert asked["text"].startswith("First.")
    assert "What came before is kept." in asked["error"]["message"]
    assert asked["error"]["retryable"] is False
    assert asked["memory"] - usual < MOST_GROWTH
    assert gateway.requests[-1].closed.wait(PATIENCE)
    assert len(gateway.chats) == 1


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("status", [400, 401, 500])
def test_only_the_beginning_of_an_error_is_read(
    gateway: ScriptedGateway, tmp_path: Path, usual: int, status: int, encoding: str
) -> None:
    def script(_: Received) -> Reply:
        body = itertools.chain([b'{"error": {"message": "Out of tea"}} '], itertools.repeat(b"(" * BLOCK))
        steps = squeezed(body) if encoding == "gzip" else body
        return Reply(steps, status, {**JSON, "Content-Encoding": encoding})

    gateway.answer_chats(script)
    asked = ask(gateway, tmp_path)
    assert asked["error"]["message"] == "Out of tea"
    assert asked["memory"] - usual < MOST_GROWTH
    assert all(request.closed.wait(PATIENCE) for request in gateway.chats)


def test_an_answer_that_bursts_when_it_is_decompressed_is_ended(
    gateway: ScriptedGateway, tmp_path: Path, usual: int
) -> None:
    blocks = itertools.chain([chunk(content="First.")], itertools.repeat(b":" + b" " * BLOCK + b"\n"))
    gateway.enqueue(lambda _: Reply(squeezed(blocks), headers={**SSE, "Content-Encoding": "gzip"}))
    asked = ask(gateway, tmp_path)
    assert asked["text"] == "First."
    assert asked["error"]["category"] == "stream_interrupted"
    assert asked["memory"] - usual < MOST_GROWTH


def test_an_answer_that_is_compressed_though_nobody_asked_for_it_is_read(
    gateway: ScriptedGateway, tmp_path: Path
) -> None:
    body = b"".join(chunk(content=f"word {number} ") for number in range(50_000))
    body += b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    packed = packer.compress(body) + packer.flush()
    gateway.enqueue(lambda _: Reply([packed], headers={**SSE, "Content-Encoding": "gzip"}))
    asked = ask(gateway, tmp_path)
    assert asked["status"] == 0
    assert asked["text"] == "".join(f"word {number} " for number in range(50_000))


@pytest.mark.parametrize("encoding", ["br", "zstd", "x-unknown"])
def test_an_answer_in_another_compression_gets_a_sentence(
    gateway: ScriptedGateway, tmp_path: Path, encoding: str
) -> None:
    gateway.enqueue(lambda _: Reply([b"\x0b\x02\x80"], headers={**SSE, "Content-Encoding": encoding}))
    assert f"({encoding})" in ask(gateway, tmp_path)["error"]["message"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (b'{"id": "%s"},' % (b"x" * BLOCK), "was longer than 8 MB."),
        (b'{"id": "model"},' * 1000, "has more than 250,000 values."),
    ],
    ids=["long", "many"],
)
def test_a_list_of_models_without_end_gets_a_sentence(
    gateway: ScriptedGateway, tmp_path: Path, usual: int, entry: bytes, said: str
) -> None:
    gateway.answer_models(
        lambda _: Reply(itertools.chain([b'{"data": ['], itertools.repeat(entry)), headers=JSON)
    )
    asked = ask(gateway, tmp_path, model="")
    assert asked["error"]["message"] == f"The server's answer {said}"
    assert asked["memory"] - usual < MOST_GROWTH


def test_a_picture_as_large_as_may_be_comes_whole(gateway: ScriptedGateway, tmp_path: Path) -> None:
    picture = base64.b64encode(image() + b"\0" * 19 * MB).decode()
    gateway.enqueue(
        lambda _: Reply(
            [
                chunk(content=f"Here: ![a](data:image/png;base64,{picture})"),
                b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n',
            ],
            headers=SSE,
        )
    )
    asked = ask(gateway, tmp_path)
    assert asked["status"] == 0
    assert [file["media_type"] for file in asked["files"]] == ["image/png"]


def ask(gateway: ScriptedGateway, tmp_path: Path, model: str = "model-a") -> Mapping[str, Any]:
    """What `python -m lib ask --json` prints, with its exit status and the most memory it took, in bytes."""
    arguments = ["ask", "Go on", "--json", *(["--model", model] if model else [])]
    done = process(tmp_path, *arguments, KKIAI_BASE_URL=gateway.base_url)
    return {**json.loads(done.stdout), "status": done.returncode, "memory": done.memory}
