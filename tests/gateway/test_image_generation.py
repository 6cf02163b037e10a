"""Images from `/v1/images/generations`, over real HTTP."""

import base64
import json
import socket
from typing import Any

import pytest

from lib.domain.conversation.messages import Params
from lib.domain.models.connection import Connection, Secret
from lib.domain.reply.errors import Category
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Event, Finished, Image, Sent, Served, UsageReported
from lib.gateway.client import Gateway, Timeouts
from lib.gateway.images import LARGEST_IMAGE, UNREACHABLE
from lib.gateway.public_addresses import is_public
from tests.files.samples import image
from tests.gateway.test_client import KEY, connection, with_client
from tests.scripted_gateway import ScriptedGateway, drawing, error, raw, silence

RED, BLUE = image(), image(colour=(0, 0, 200))


def draw(
    to: Connection, timeouts: Timeouts = Timeouts(), model: str = "dall-e-3", **params: Any
) -> list[Event]:
    async def collect(client: Gateway) -> list[Event]:
        bursts = client.generate_images(to, "A square", model=model, params=Params(**params))
        return [event async for burst in bursts for event in burst]

    return with_client(collect, timeouts)


def drawn(gateway: ScriptedGateway, **options: Any) -> Reply:
    return fold(draw(connection(gateway), **options))


def failure(reply: Reply) -> str:
    assert reply.error
    return str(reply.error.what)


def test_images_in_the_answer_are_on_the_tape(gateway: ScriptedGateway) -> None:
    gateway.enqueue(
        drawing(RED, BLUE, prompt="A plain square", usage={"input_tokens": 5, "output_tokens": 272})
    )
    events = draw(connection(gateway), image_size="512x512", image_count=2, seed=3, temperature=1.0)
    assert [type(event) for event in events] == [Sent, Served, Image, Image, UsageReported, Finished]
    reply = fold(events)
    assert [each.data for each in reply.images] == [RED, BLUE]
    assert {each.text for each in reply.images} == {"A plain square"}
    assert (reply.state, reply.usage.completion_tokens, reply.model_requested) == (
        State.COMPLETED,
        272,
        "dall-e-3",
    )
    assert gateway.requests[0].path == "/v1/images/generations"
    assert gateway.requests[0].body == {
        "model": "dall-e-3",
        "prompt": "A square",
        "n": 2,
        "size": "512x512",
        "response_format": "b64_json",
    }


def test_gpt_image_is_not_asked_for_a_format(gateway: ScriptedGateway) -> None:
    assert drawn(gateway, model="gpt-image-1").state is State.COMPLETED
    assert gateway.requests[0].body == {"model": "gpt-image-1", "prompt": "A square", "n": 1}


def test_a_server_that_does_not_know_the_format_is_asked_again_without(gateway: ScriptedGateway) -> None:
    fault = {"error": {"message": "Unknown parameter: 'response_format'.", "type": "invalid_request_error"}}
    gateway.enqueue(error(400, fault), drawing(RED))
    reply = drawn(gateway)
    assert [each.data for each in reply.images] == [RED]
    assert tuple(map(str, reply.notices)) == (
        "The server does not accept response_format, so it was asked again without.",
    )
    assert "response_format" not in gateway.requests[1].body


def test_an_image_at_the_gateways_own_address_is_fetched_without_the_key(gateway: ScriptedGateway) -> None:
    url = gateway.serve("/files/square.png", raw(RED, headers={"Content-Type": "image/png"}))
    gateway.enqueue(drawing(url=url))
    assert [each.data for each in drawn(gateway).images] == [RED]
    assert "authorization" not in gateway.requests[1].headers
    assert KEY not in str(gateway.requests[1].headers)


def test_an_image_as_a_data_uri_is_read(gateway: ScriptedGateway) -> None:
    gateway.enqueue(drawing(url="data:image/png;base64," + base64.b64encode(RED).decode()))
    assert [each.data for each in drawn(gateway).images] == [RED]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:{port}/a.png",
        "https://127.0.0.1:{port}/a.png",
        "https://127.1:{port}/a.png",
        "https://0x7f.1:{port}/a.png",
        "https://2130706433:{port}/a.png",
        "https://0177.0.0.1:{port}/a.png",
        "https://１２７.0.0.1:{port}/a.png",
        "https://①②⑦.⓪.⓪.①:{port}/a.png",
        "https://127。0。0。1:{port}/a.png",
        "https://localhost:{port}/a.png",
        "https://LOCALHOST.:{port}/a.png",
        "https://ｌｏｃａｌｈｏｓｔ:{port}/a.png",
        "https://user@127.0.0.1:{port}/a.png",
        "https://0.0.0.0:{port}/a.png",
        "https://10.1.2.3/a.png",
        "https://100.64.0.1/a.png",
        "https://[::1]:{port}/a.png",
        "https://[::]:{port}/a.png",
        "https://[::127.0.0.1]:{port}/a.png",
        "https://[::ffff:127.0.0.1]:{port}/a.png",
        "https://[::ffff:10.0.0.1]/a.png",
        "https://[64:ff9b::127.0.0.1]:{port}/a.png",
        "https://[2002:7f00:1::]:{port}/a.png",
        "https://[2001:0:7f00:1::]/a.png",
        "https://[fe80::1%25lo]:{port}/a.png",
        "https://[fec0::1]/a.png",
        "https://224.0.0.1/a.png",
        "http://example.com/a.png",
        "file:///etc/passwd",
        "ftp://example.com/a.png",
        "https:///a.png",
        "https://[/a.png",
        "https://127.0.0.1:99999/a.png",
    ],
)
def test_no_address_inside_or_unsafe_is_called(url: str, gateway: ScriptedGateway) -> None:
    """Whatever spells it, and whether somebody listens there or not: nobody is called, nothing is told."""
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0)
        port = inside.getsockname()[1]
        gateway.enqueue(drawing(url=url.format(port=port)))
        assert failure(drawn(gateway)) == str(UNREACHABLE)
        with pytest.raises(BlockingIOError):
            inside.accept()
    if "{port}" in url:  # it is closed now
        gateway.enqueue(drawing(url=url.format(port=port)))
        assert failure(drawn(gateway)) == str(UNREACHABLE)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::93.184.215.14", True),
        ("192.168.0.1", False),
        ("::ffff:192.168.0.1", False),
        ("64:ff9b::192.168.0.1", False),
        ("2002:5db8:d70e::", False),
        ("ff02::1", False),
    ],
)
def test_which_addresses_are_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def test_a_redirect_is_not_followed(gateway: ScriptedGateway) -> None:
    target = gateway.serve("/secret.png", raw(RED))
    url = gateway.serve("/moved.png", raw(b"", status=302, headers={"Location": target}))
    gateway.enqueue(drawing(url=url))
    assert failure(drawn(gateway)) == "The image that the gateway named was not there (HTTP 302)."
    assert [request.path for request in gateway.requests] == ["/v1/images/generations", "/moved.png"]


def test_an_image_that_is_too_large_is_not_read_to_its_end(gateway: ScriptedGateway) -> None:
    url = gateway.serve("/huge.png", raw(b"\0" * (LARGEST_IMAGE + 1)))
    gateway.enqueue(drawing(url=url))
    assert failure(drawn(gateway)) == "The image is larger than 20 MB."


@pytest.mark.parametrize("item", [{}, {"b64_json": "?"}, {"b64_json": 7}, {"url": ""}, "text", None])
def test_an_answer_without_an_image_fails_with_a_sentence(item: object, gateway: ScriptedGateway) -> None:
    gateway.enqueue(error(200, {"created": 1, "data": [item]}))
    assert failure(drawn(gateway)) in ("The answer contains no image.", "The image is not base64.")


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (400, {"error": {"message": "Your request was rejected by our safety system."}}, "content_filtered"),
        (401, {"error": {"message": "无效的令牌", "type": "new_api_error"}}, Category.INVALID_KEY),
        (200, {"success": False, "message": "no available channel"}, Category.INVALID_MODEL),
        (200, "<html>Dashboard</html>", Category.WRONG_BASE_URL),
        (200, {"data": []}, Category.WRONG_BASE_URL),
    ],
)
def test_an_error_is_translated_as_any_other(
    status: int, body: Any, category: str, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(error(status, body if isinstance(body, str) else json.dumps(body)))
    reply = drawn(gateway)
    assert reply.error
    assert (reply.state, reply.error.category) == (State.FAILED, category)


def test_silence_ends_in_time_and_the_key_is_in_no_error(gateway: ScriptedGateway) -> None:
    gateway.enqueue(silence(), error(400, {"error": {"message": f"Bad key {KEY}"}}))
    reply = drawn(gateway, timeouts=Timeouts(first_byte_seconds=0.3))
    assert reply.error
    assert reply.error.category is Category.TIMEOUT
    assert KEY not in failure(drawn(gateway))
    assert Secret(KEY).reveal() in gateway.requests[0].headers["authorization"]
