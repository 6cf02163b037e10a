"""Guesses which program wrote a file that cannot be imported."""

from collections.abc import Callable, Mapping
from typing import Any

from lib.domain.comparison import recordings
from lib.domain.conversation import exports
from lib.domain.imports.fields import fields_of

CAN_BE_TAKEN = "Exports of SynStar Chat, ChatGPT, Claude and Open WebUI can be imported"
_RECORDING = "is a recording of SynStar Chat; import it on the page Recordings"
_NEWER = "was written by a newer version of SynStar Chat; update this one first"

_Sign = Callable[[Mapping[str, Any]], bool]


def _has(*names: str) -> _Sign:
    return lambda given: all(name in given for name in names)


_SIGNS: tuple[tuple[str, _Sign], ...] = (
    ("an export of LibreChat", _has("conversationId", "messages")),
    ("an export of LobeHub", lambda given: "exportType" in given or _has("schemaHash", "data")(given)),
    ("an export of NextChat", _has("chat-next-web-store")),
    ("a backup of Cherry Studio", _has("localStorage", "indexedDB")),
    ("an export of Chatbox", lambda given: any(key.startswith("chat-sessions") for key in given)),
    ("an export of TypingMind", lambda given: "chats" in fields_of(given.get("data"))),
    ("an export of Grok", _has("conversation", "responses")),
    ("an export of DeepSeek", _has("mapping", "inserted_at")),
    ("Google's record of Gemini", lambda given: "header" in given and "products" in given),
    ("a list of Claude's projects, without chats", _has("uuid", "docs")),
    ("a list of ChatGPT's shared chats", _has("conversation_id", "is_anonymous")),
    ("a list of ratings given in ChatGPT", _has("conversation_id", "rating")),
)


def seems(item: Any) -> str | None:
    """What a file with such an item seems to be; `None` if unknown."""
    given = fields_of(item)
    whose = next((words for words, sign in _SIGNS if sign(given)), None)
    return f"is {whose}. {CAN_BE_TAKEN}" if whose else None


def refusal(header: Mapping[str, Any]) -> str | None:
    """Why a file with these fields before its list of conversations is refused; mostly `None`."""
    if header.get("format") == recordings.FORMAT:
        return _RECORDING
    version = header.get("version")
    return _NEWER if isinstance(version, int) and version > exports.VERSION else None
