"""The gateway client over real HTTP, against the scripted gateway."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from lib.domain.conversation.messages import Message, Params
from lib.domain.models.connection import Connection, Secret
from lib.domain.reply.errors import Category
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import State
from lib.domain.reply.tape import CLOSING, Content, Event, Sent, Served
from lib.gateway.client import Gateway, Timeouts
from lib.gateway.clients import Clients
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, error, hang_up, raw, silence, stream

KEY = "sk-scripted0123456789"
QUICK = Timeouts(first_byte_seconds=0.3, idle_seconds=0.3)
IMPATIENT = Timeouts(idle_seconds=1.2)
"""Less than a stream with pings takes, and much more than a busy machine waits for the next of them."""
ENVIRONMENT = {
    "OPENAI_API_KEY": "sk-from-the-environment",
    "OPENAI_ADMIN_KEY": "sk-admin-from-the-environment",
    "OPENAI_ORG_ID": "org-from-the-environment",
    "OPENAI_PROJECT_ID": "project-from-the-environment",
    "OPENAI_WEBHOOK_SECRET": "secret-from-the-environment",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/from-the-environment",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer from-the-environment\nX-Custom: from-the-environment",
    "HTTP_PROXY": "http://127.0.0.1:9/from-the-environment",
}

Result = TypeVar("Result")


def user(text: str) -> Message:
    return Message("m1", None, "user", text, datetime.now(UTC))


def connection(gateway: ScriptedGateway, key: str | None = KEY) -> Connection:
    return Connection(gateway.base_url, Secret(key) if key else None)


def with_client(use: Callable[[Gateway], Awaitable[Result]], timeouts: Timeouts = Timeouts()) -> Result:
    async def main() -> Result:
        client = Gateway(timeouts)
        try:
            return await use(client)
        finally:
            await client.close()

    return asyncio.run(main())


async def collect(client: Gateway, to: Connection, prompt: str = "Hi", **options: Any) -> list[Event]:
    options.setdefault("model", "model-a")
    return [event async for burst in client.answer(to, [user(prompt)], **options) for event in burst]


def ask(to: Connection, prompt: str = "Hi", timeouts: Timeouts = Timeouts(), **options: Any) -> list[Event]:
    return with_client(lambda client: collect(client, to, prompt, **options), timeouts)


def category_of(events: list[Event]) -> Category:
    failure = fold(events).error
    assert failure is not None
    return failure.category


def test_a_streamed_answer_is_a_whole_tape(gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Hel", "lo", reasoning=("Hm",)))
    events = ask(connection(gateway), system_prompt="Be kind.", params=Params(temperature=0.5))
    reply = fold(events)
    assert (reply.state, reply.text, reply.reasoning) == (State.COMPLETED, "Hello", "Hm")
    assert reply.usage.completion_tokens == 3
    assert (reply.model_served, reply.response_id) == ("model-a", "chatcmpl-scripted")
    assert isinstance(events[0], Sent)
    assert isinstance(events[1], Served)
    assert events[1].status == 200
    assert events[1].headers["content-type"] == "text/event-stream"
    sent = {
        "model": "model-a",
        "temperature": 0.5,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert events[0].request == sent
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]
    assert gateway.requests[0].body == {**sent, "messages": messages}
    assert all(earlier.at_ms <= later.at_ms for earlier, later in pairwise(events))


def test_an_answer_without_streaming(gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Hel", "lo"))
    reply = fold(ask(connection(gateway), params=Params(stream=False)))
    assert (reply.state, reply.text) == (State.COMPLETED, "Hello")
    assert "stream_options" not in gateway.requests[0].body


def test_the_first_words_come_before_the_last_ones_are_sent(gateway: ScriptedGateway) -> None:
    gate = Gate()
    gateway.enqueue(stream("first", " last", hold=gate, hold_after=1))

    async def use(client: Gateway) -> str:
        text = ""
        async for burst in client.answer(connection(gateway), [user("Hi")], model="model-a"):
            text += "".join(event.text for event in burst if isinstance(event, Content))
            if text == "first":
                gate.open()
        return text

    assert with_client(use) == "first last"


def test_a_pause_makes_one_burst_of_many_chunks(gateway: ScriptedGateway) -> None:
    words = [f" {number}" for number in range(20)]
    gate = Gate()
    gateway.enqueue(stream(*words, hold=gate, hold_after=1))
    gate_opened = False

    def pause() -> float:
        nonlocal gate_opened
        if not gate_opened:
            gate_opened = True
            gate.open()
        return 0.3

    events = ask(connection(gateway), pause=pause)
    contents = [event.text for event in events if isinstance(event, Content)]
    assert "".join(contents) == "".join(words)
    assert len(contents) == 2


@pytest.mark.parametrize("before_the_answer", [True, False])
def test_cancelling_hangs_up_at_once(gateway: ScriptedGateway, before_the_answer: bool) -> None:
    gateway.enqueue(silence() if before_the_answer else stream("Hel", then_silence=True))

    async def use(client: Gateway) -> None:
        task = asyncio.create_task(collect(client, connection(gateway)))
        received = await asyncio.to_thread(gateway.wait_for_request)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(received.closed.wait, 5)
        assert not received.answered.is_set()

    with_client(use)


def test_closing_the_generator_hangs_up_at_once(gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Hel", "lo", then_silence=True))

    async def use(client: Gateway) -> None:
        async with aclosing(client.answer(connection(gateway), [user("Hi")], model="m")) as bursts:
            async for burst in bursts:
                if any(isinstance(event, Content) for event in burst):
                    break
        assert await asyncio.to_thread(gateway.requests[0].closed.wait, 5)

    with_client(use)


def test_an_error_answer_is_translated_and_hides_the_key(gateway: ScriptedGateway) -> None:
    body = {
        "error": {
            "message": f"Incorrect API key provided: {KEY}. (request id: R1)",
            "code": "invalid_api_key",
        }
    }
    gateway.enqueue(error(401, body, {"X-Oneapi-Request-Id": "R2"}))
    failure = fold(ask(connection(gateway))).error
    assert failure is not None
    assert (failure.category, failure.status, failure.code) == (Category.INVALID_KEY, 401, "invalid_api_key")
    assert failure.request_id == "R2"
    assert KEY not in repr(failure)
    assert not failure.retryable


def test_a_key_of_an_unusual_form_is_hidden_too(gateway: ScriptedGateway) -> None:
    gateway.enqueue(
        error(401, {"error": {"message": "No user has plainword"}}), raw(b'{"error":"plainword?"}')
    )
    for _ in range(2):
        failure = fold(ask(connection(gateway, "plainword"))).error
        assert failure is not None
        assert "plainword" not in repr(failure)


@pytest.mark.parametrize(
    ("script", "category"),
    [
        (error(307, b"", {"Location": "/v1/elsewhere"}), Category.WRONG_BASE_URL),
        (raw(b"<!doctype html><div>", headers={"Content-Type": "text/html"}), Category.WRONG_BASE_URL),
        (error(503, {"error": {"message": "No available channel for model x"}}), Category.INVALID_MODEL),
        (error(502), Category.UPSTREAM_DOWN),
        (hang_up(), Category.UPSTREAM_DOWN),
        (stream(hang_up=True), Category.UPSTREAM_DOWN),
        (stream("Hal", hang_up=True), Category.STREAM_INTERRUPTED),
        (stream("Hal", finish=None), Category.STREAM_INTERRUPTED),
    ],
)
def test_trouble_becomes_one_failed_event(gateway: ScriptedGateway, script: Any, category: Category) -> None:
    gateway.when("Hi", script)
    events = ask(connection(gateway))
    assert category_of(events) is category
    assert [event for event in events if isinstance(event, CLOSING)] == [events[-1]]


def test_what_had_arrived_when_the_connection_broke_is_kept(gateway: ScriptedGateway) -> None:
    """The pause lets the rest and the break arrive together, after a first read."""
    gate = Gate()
    gateway.enqueue(stream("Some", " text", hold=gate, hold_after=1, hang_up=True))

    async def read(client: Gateway) -> list[Event]:
        events: list[Event] = []

        def pause() -> float:
            gate.open()
            return 0.2

        async for burst in client.answer(connection(gateway), [user("Hi")], model="model-a", pause=pause):
            events += burst
        return events

    reply = fold(with_client(read))
    assert (reply.text, reply.state) == ("Some text", State.FAILED)


def test_a_cut_after_the_finish_reason_is_no_failure(gateway: ScriptedGateway) -> None:
    chunk = b'data: {"choices":[{"delta":{"content":"All"},"finish_reason":"stop"}]}\n\n'
    gateway.enqueue(raw(chunk, hang_up=True))
    assert fold(ask(connection(gateway))).state is State.COMPLETED


def test_silence_before_the_answer_times_out(gateway: ScriptedGateway) -> None:
    gateway.enqueue(silence())
    assert category_of(ask(connection(gateway), timeouts=QUICK)) is Category.TIMEOUT
    assert gateway.wait_for_request().closed.wait(PATIENCE)


def test_silence_within_the_answer_interrupts_it(gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Hal", then_silence=True))
    reply = fold(ask(connection(gateway), timeouts=IMPATIENT))
    assert reply.text == "Hal"
    assert reply.error is not None
    assert reply.error.category is Category.STREAM_INTERRUPTED
    assert "did not answer in time" in reply.error.sentence


def test_pings_keep_a_stream_alive(gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("a", *([""] * 15), "b", delay=0.1))
    assert fold(ask(connection(gateway), timeouts=IMPATIENT)).text == "ab"


def test_nobody_listening() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        events = ask(Connection(f"http://127.0.0.1:{unused.getsockname()[1]}/v1"))
    assert category_of(events) is Category.UPSTREAM_DOWN


def test_a_name_that_does_not_exist() -> None:
    events = ask(Connection("http://gateway.invalid/v1"))
    assert category_of(events) is Category.WRONG_BASE_URL


def test_tls_to_a_server_without_it() -> None:
    def answer_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def use(client: Gateway) -> list[Event]:
        async with await asyncio.start_server(answer_plainly, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await collect(client, Connection(f"https://127.0.0.1:{port}/v1"))

    assert category_of(with_client(use)) is Category.WRONG_BASE_URL


@pytest.mark.parametrize("key", [KEY, None])
def test_nothing_of_the_environment_is_sent(
    gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    gateway.enqueue(stream("Hello"))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    async def use(client: Gateway) -> None:
        await collect(client, connection(gateway, key))
        await client.models(connection(gateway, key))

    with_client(use)
    chat, models = gateway.requests
    for request in (chat, models):
        assert request.headers.get("authorization") == (f"Bearer {key}" if key else None)
        assert "environment" not in str(request.headers)
        assert not [name for name in request.headers if name.startswith("openai-")]
    assert chat.headers["content-type"] == "application/json"


def test_each_key_is_sent_only_with_its_own_requests(gateway: ScriptedGateway) -> None:
    keys = [f"sk-{number}" for number in range(40)]

    async def use(client: Gateway) -> None:
        await asyncio.gather(*(collect(client, connection(gateway, key), prompt=key) for key in keys))
        await collect(client, connection(gateway, keys[0]), prompt=keys[0])

    for key in keys:
        gateway.when(key, stream(key))
    with_client(use)
    assert len(gateway.requests) == 41
    for request in gateway.requests:
        assert request.headers["authorization"] == f"Bearer {request.prompt}"


def test_idle_clients_beyond_the_limit_are_closed_and_busy_ones_kept(gateway: ScriptedGateway) -> None:
    first, second, third = (Connection(f"{gateway.base_url}/{name}") for name in ("a", "b", "c"))

    async def use() -> None:
        clients = Clients(connect_seconds=1.0, limit=1)
        async with clients.lend(first) as busy:
            async with clients.lend(second) as idle:
                pass
            async with clients.lend(third) as latest:
                pass
            assert (busy.is_closed(), idle.is_closed(), latest.is_closed()) == (False, True, True)
            async with clients.lend(first) as same:
                assert same is busy
        await clients.close()
        assert busy.is_closed()

    asyncio.run(use())
