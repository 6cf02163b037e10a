"""An upstream with bad days and evil ones: `python -m benchmarks.soak_upstream PORT RECORD SEED`.

It answers as the prompt says, and writes down what it sends before it sends it: one JSON list a line,
`[request id, what, value]`. The file outlives a process that is killed. Answers carry their request's id.
"""

import asyncio
import json
import secrets
import sys
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.prompts import Prompt
from benchmarks.soak_floods import FLOODS, endless_error, flood, slow_texts
from benchmarks.upstream import SMALL_TALK, Upstream, chunk, send, write_end, write_event

SILENCE_SECONDS = (1.0, 6.0)


class Ending(StrEnum):
    """How an answer came to its end, seen from here."""

    WHOLE = "whole"
    CUT = "cut"
    RESET = "reset"
    ERROR_EVENT = "error event"
    REFUSED = "refused"
    FLOODED = "flooded"
    """It went on without end, until the client closed the connection."""
    LEFT = "left"
    """The client closed the connection."""


class Fault(StrEnum):
    """What goes wrong with an answer, at some place in it."""

    NONE = "none"
    CUT = "cut"
    RESET = "reset"
    ERROR_EVENT = "error event"
    REFUSED = "refused"
    ENDLESS_ERROR = "endless error"
    FLOOD = "flood"
    SILENCE = "silence"
    SLOW_TEXT = "slow text"


FAULTS = {
    Fault.NONE: 62,
    Fault.CUT: 8,
    Fault.RESET: 4,
    Fault.ERROR_EVENT: 6,
    Fault.REFUSED: 4,
    Fault.ENDLESS_ERROR: 2,
    Fault.FLOOD: 4,
    Fault.SLOW_TEXT: 2,
    Fault.SILENCE: 8,
}


class SoakUpstream(Upstream):
    """Answers, breaks off, and keeps a record."""

    def __init__(self, record: Path, random: Random) -> None:
        super().__init__()
        self._record = record.open("ab", buffering=0)
        self._random = random
        self._slow_texts = slow_texts()

    async def complete(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        """Answer, unless chance has it otherwise, and write down how it ended."""
        prompt, request_id = scripted(request["messages"]), secrets.token_hex(8)
        self._write_down(request_id, "asked", prompt.mark)
        ending = Ending.LEFT
        try:
            ending = await self._answer_or_fail(request, prompt, request_id, writer)
        finally:
            self._write_down(request_id, "ended", ending)

    async def _answer_or_fail(
        self, request: dict[str, Any], prompt: Prompt, request_id: str, writer: asyncio.StreamWriter
    ) -> Ending:
        fault = self._random.choices(list(FAULTS), list(FAULTS.values()))[0]
        place = self._random.randrange(prompt.tokens) if fault is not Fault.NONE else -1
        if fault is Fault.REFUSED:
            await send(writer, {"error": {"message": "Overloaded", "type": "server_error"}}, "503 Busy")
            return Ending.REFUSED
        if fault is Fault.ENDLESS_ERROR:
            await endless_error(writer)
            return Ending.REFUSED
        writer.write(_head(request_id))
        write_event(writer, chunk(request, {"role": "assistant", "content": ""}))
        loop = asyncio.get_running_loop()
        started = loop.time()
        for at, token in enumerate(prompt.reply()):
            if at == place and fault is Fault.SILENCE:
                silence = self._random.uniform(*SILENCE_SECONDS)
                await asyncio.sleep(silence)
                started += silence
            elif at == place and fault is Fault.SLOW_TEXT:
                token += next(self._slow_texts)
            elif at == place and fault is Fault.FLOOD:
                await flood(writer, self._random.randrange(len(FLOODS)))
                return Ending.FLOODED
            elif at == place:
                return _fail(fault, writer)
            await asyncio.sleep(max(0.0, started + at / prompt.rate - loop.time()))
            self._write_down(request_id, "sent", token)
            write_event(writer, chunk(request, {"content": token}))
            await writer.drain()
        write_end(request, prompt, writer)
        await writer.drain()
        return Ending.WHOLE

    def _write_down(self, request_id: str, what: str, value: str) -> None:
        self._record.write(json.dumps([request_id, what, value]).encode() + b"\n")


def scripted(messages: list[dict[str, Any]]) -> Prompt:
    """The last prompt that is one of ours: a request to continue stands after it."""
    prompts = (Prompt.parse(each["content"]) for each in reversed(messages) if each["role"] == "user")
    return next(filter(None, prompts), SMALL_TALK)


def _head(request_id: str) -> bytes:
    lines = (
        "HTTP/1.1 200 OK",
        "Content-Type: text/event-stream",
        "Transfer-Encoding: chunked",
        f"X-Request-Id: {request_id}",
    )
    return "\r\n".join([*lines, "", ""]).encode()


def _fail(fault: Fault, writer: asyncio.StreamWriter) -> Ending:
    if fault is Fault.ERROR_EVENT:
        write_event(writer, {"error": {"message": "The model went away", "type": "server_error"}})
        writer.write(b"0\r\n\r\n")
        return Ending.ERROR_EVENT
    if fault is Fault.RESET:
        writer.transport.abort()
        return Ending.RESET
    writer.close()
    return Ending.CUT


if __name__ == "__main__":
    port, record, seed = sys.argv[1:]
    asyncio.run(SoakUpstream(Path(record), Random(seed)).serve(int(port)))  # noqa: S311 - chance, not secrecy
