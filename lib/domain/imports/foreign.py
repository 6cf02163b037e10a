"""Guesses which program wrote a file that cannot be imported."""

from collections.abc import Callable, Mapping
from typing import Any

from lib.domain.comparison import recordings
from lib.domain.conversation import exports
from lib.domain.imports.fields import fields_of
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark

CAN_BE_TAKEN = mark("Exports of SynStar Chat, ChatGPT, Claude and Open WebUI can be imported")
_RECORDING = mark("is a recording of SynStar Chat; import it on the page Recordings")
_NEWER = mark("was written by a newer version of SynStar Chat; update this one first")

_Sign = Callable[[Mapping[str, Any]], bool]


def _has(*names: str) -> _Sign:
    return lambda given: all(name in given for name in names)


_SIGNS: tuple[tuple[str, _Sign], ...] = (
    (mark("is an export of LibreChat"), _has("conversationId", "messages")),
    (
        mark("is an export of LobeHub"),
        lambda given: "exportType" in given or _has("schemaHash", "data")(given),
    ),
    (mark("is an export of NextChat"), _has("chat-next-web-store")),
    (mark("is a backup of Cherry Studio"), _has("localStorage", "indexedDB")),
    (mark("is an export of Chatbox"), lambda given: any(key.startswith("chat-sessions") for key in given)),
    (mark("is an export of TypingMind"), lambda given: "chats" in fields_of(given.get("data"))),
    (mark("is an export of Grok"), _has("conversation", "responses")),
    (mark("is an export of DeepSeek"), _has("mapping", "inserted_at")),
    (mark("is Google's record of Gemini"), lambda given: "header" in given and "products" in given),
    (mark("is a list of Claude's projects, without chats"), _has("uuid", "docs")),
    (mark("is a list of ChatGPT's shared chats"), _has("conversation_id", "is_anonymous")),
    (mark("is a list of ratings given in ChatGPT"), _has("conversation_id", "rating")),
)


def seems(item: Any) -> str | None:
    """What a file with such an item seems to be; `None` if unknown."""
    given = fields_of(item)
    whose = next((words for words, sign in _SIGNS if sign(given)), None)
    return (
        _("{whose}. {can_be_taken}").format(whose=_(whose), can_be_taken=_(CAN_BE_TAKEN)) if whose else None
    )


def refusal(header: Mapping[str, Any]) -> str | None:
    """Why a file with these fields before its list of conversations is refused; mostly `None`."""
    if header.get("format") == recordings.FORMAT:
        return _(_RECORDING)
    version = header.get("version")
    return _(_NEWER) if isinstance(version, int) and version > exports.VERSION else None
