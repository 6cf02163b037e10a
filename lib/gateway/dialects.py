"""What a server was seen not to take for a model, so that it is not sent to it again.

Wordings are those of OpenAI, Azure, LiteLLM, vLLM, Groq, Gemini
and of FastAPI's field errors.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import openai
from cachetools import TTLCache

from lib.gateway.errors.body import read_body

REMEMBERED, FORGOTTEN_SECONDS = 1_000, 24 * 3600.0
"""Models of servers that are remembered, and for how long: a server may learn."""
_KEPT = {"model", "messages", "stream"}
"""A request is none without these."""
_RENAMED = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""OpenAI's two names of one limit: reasoning models take the second only, many servers the first only."""
_OURS = {"stream_options"}
"""Sent without anybody asking for it, so leaving it out is told once only."""
_STATUSES = (400, 422)
_REFUSED = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|unexpected|extra inputs|extra_forbidden"
    r"|not (permitted|allowed)|additional properties|不支持|未知参数"
)
_WORDS = {"stop"}
"""Parameters whose names are words of any sentence: only in quotes or behind a path they are meant."""


class Dialects:
    """What each pair of base URL and model does not take: a name, and the name to use in its place."""

    def __init__(self) -> None:
        self._refused: TTLCache[tuple[str, str], dict[str, str | None]] = TTLCache(
            REMEMBERED, FORGOTTEN_SECONDS
        )

    def spoken(self, base_url: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The body as this server takes it, and what was changed in it, one sentence each."""
        spoken, notices = dict(body), []
        for name, other in self._refused.get((base_url, body["model"]), {}).items():
            if name in spoken:
                _replace(spoken, name, other)
                if name not in _OURS:
                    notices.append(_notice(name, other))
        return spoken, notices

    def learn(self, base_url: str, body: dict[str, Any], exc: Exception) -> str | None:
        """Take out of the body what an answer says is not taken; the sentence that tells so, if it does.

        Each parameter is renamed once at most, then dropped: a request can only get shorter.
        """
        name = _refused_parameter(body, exc)
        if name is None:
            return None
        known = self._refused.setdefault((base_url, body["model"]), {})
        earlier = next((old for old, new in known.items() if new == name), None)
        other = None if earlier else _RENAMED.get(name)
        known[earlier or name] = other
        _replace(body, name, other)
        return _notice(earlier or name, other)


def _replace(body: dict[str, Any], name: str, other: str | None) -> None:
    value = body.pop(name)
    if other:
        body[other] = value


def _notice(name: str, other: str | None) -> str:
    if other:
        return f"This model takes {other} in place of {name}."
    return f"This model does not take {name}, so it was left out."


def _refused_parameter(body: Mapping[str, Any], exc: Exception) -> str | None:
    """The parameter of the body that an answer names as one that is not taken."""
    if not isinstance(exc, openai.APIStatusError) or exc.status_code not in _STATUSES:
        return None
    said = read_body(exc.response.content)
    if "stream_options" in body and re.search(r"stream_options|include_usage", said.words):
        return "stream_options"
    if not _REFUSED.search(said.words):
        return None
    if said.param in body and said.param not in _KEPT:
        return said.param
    return next(_named(body, said.words), None)


def _named(body: Mapping[str, Any], words: str) -> Iterator[str]:
    for name in body:
        before = r"[\"'`.\[(]" if name in _WORDS else r"(?<![\w-])"
        if name not in _KEPT and re.search(rf"{before}{name}(?![\w-])", words):
            yield name
