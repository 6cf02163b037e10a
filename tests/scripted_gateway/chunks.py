"""The JSON of the scripted gateway's replies, in the shape of New API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DONE = b"data: [DONE]\n\n"


def chunk(**delta: Any) -> bytes:
    """The least that is a chunk."""
    return b"data: " + json.dumps({"choices": [{"delta": delta}]}).encode() + b"\n\n"


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of content on its way, as the bytes of its chunk."""

    text: str
    data: bytes


class Chunks:
    """Makes the chunks of one reply, and counts its tokens: one a chunk with something in it."""

    def __init__(self, model: str, prompt: str) -> None:
        self._head = {
            "id": "chatcmpl-scripted",
            "object": "chat.completion.chunk",
            "created": 1755000000,
            "model": model,
            "system_fingerprint": None,
        }
        self._prompt_tokens = len(prompt.split()) + 4
        self._completion_tokens = 0
        before, after = self._json({"content": "@@"}, None).split(b'"@@"')
        self._before_text, self._after_text = before, after

    @property
    def usage(self) -> dict[str, int]:
        prompt, completion = self._prompt_tokens, self._completion_tokens
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }

    def text(self, text: str, *, with_usage: bool) -> Text:
        """A content chunk. The JSON around the text is made once: load tests ask for thousands a second."""
        self._completion_tokens += 1
        if with_usage:
            return Text(text, self._json({"content": text}, None, usage=self.usage))
        return Text(text, self._before_text + json.dumps(text).encode() + self._after_text)

    def chunk(
        self,
        delta: dict[str, Any],
        *,
        finish: str | None = None,
        choice_usage: bool = False,
        with_usage: bool = False,
    ) -> bytes:
        self._completion_tokens += bool(delta)
        return self._json(
            delta,
            finish,
            usage=self.usage if with_usage else None,
            choice={"usage": self.usage} if choice_usage else {},
        )

    def usage_chunk(self) -> bytes:
        return _event({**self._head, "choices": [], "usage": self.usage})

    def completion(self, text: str, reasoning: str, finish: str | None) -> dict[str, Any]:
        self._completion_tokens = len(text.split()) + len(reasoning.split())
        message = {"role": "assistant", "content": text}
        if reasoning:
            message["reasoning_content"] = reasoning
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": self.usage}

    def _json(
        self,
        delta: dict[str, Any],
        finish: str | None,
        usage: dict[str, int] | None = None,
        choice: Mapping[str, Any] = {},
    ) -> bytes:
        choices = [{"delta": delta, "logprobs": None, "finish_reason": finish, "index": 0, **choice}]
        return _event({**self._head, "choices": choices, "usage": usage})


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"
