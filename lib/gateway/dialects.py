"""Remembers which parameters a server refused for a model, so that they are not sent again.

The wordings are those of OpenAI, Azure, LiteLLM, vLLM, Groq, Gemini
and of FastAPI's field errors.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import openai
from cachetools import TTLCache

from lib.domain.text.sentences import Sentence, sentence
from lib.gateway.errors.body import read_body

REMEMBERED, FORGOTTEN_SECONDS = 1_000, 24 * 3600.0
"""How many models are remembered, and for how long: a server may be updated."""
_KEPT = {"model", "messages", "stream"}
"""Parameters that no request can omit."""
_RENAMED = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""OpenAI's two names for one limit: reasoning models accept only the second, many servers only the first."""
_OURS = {"stream_options"}
"""Parameters that nobody asked for: omitting one is reported only once."""
_STATUSES = (400, 422)
_REFUSED = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|unexpected|extra inputs|extra_forbidden"
    r"|not (permitted|allowed)|additional properties|不支持|未知参数"
)
_WORDS = {"stop"}
"""Parameters with everyday names: they are meant only in quotes or after a path."""


class Dialects:
    """What each pair of base URL and model refuses: a name, and the name to use instead."""

    def __init__(self) -> None:
        self._refused: TTLCache[tuple[str, str], dict[str, str | None]] = TTLCache(
            REMEMBERED, FORGOTTEN_SECONDS
        )

    def spoken(self, base_url: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[Sentence]]:
        """The body as this server accepts it, and its changes, one sentence each."""
        spoken, notices = dict(body), []
        for name, other in self._refused.get((base_url, body["model"]), {}).items():
            if name in spoken:
                _replace(spoken, name, other)
                if name not in _OURS:
                    notices.append(_notice(name, other))
        return spoken, notices

    def learn(self, base_url: str, body: dict[str, Any], exc: Exception) -> Sentence | None:
        """Remove from the body the parameter that an answer refuses; return a sentence about it, or `None`.

        Each parameter is renamed at most once, then dropped: a request can only get shorter.
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


def _notice(name: str, other: str | None) -> Sentence:
    if other:
        return sentence("renamed_parameter", name=name, other=other)
    return sentence("refused_parameter", name=name)


def _refused_parameter(body: Mapping[str, Any], exc: Exception) -> str | None:
    """The parameter of the body that an answer names as refused."""
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
