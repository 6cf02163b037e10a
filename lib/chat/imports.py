"""Takes conversations in from files: SynStar Chat's own JSON (lib.chat.exports) and ChatGPT's.

OpenAI publishes no schema of ChatGPT's data export (https://help.openai.com/en/articles/7260999). This
follows the `conversations.json` in it: a list of conversations, each one a `mapping` of nodes that know their
`parent` and `children`, most of them with a `message`. What is missing or odd inside a node is passed over.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count
from typing import Any

from lib.chat.conversations import Conversation, title_from
from lib.chat.decoding import FormatError, mended, typed
from lib.chat.exports import ID, from_json
from lib.chat.messages import Message
from lib.chat.reply import Reply, State

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_LANGUAGE = re.compile(r"(?!unknown$)[A-Za-z0-9+#.-]{1,20}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(data: Any) -> list[Conversation]:
    """The conversations in a parsed JSON file, in whichever of the two formats it is."""
    if isinstance(data, dict) and "conversations" in data:
        return from_json(data)
    if isinstance(data, dict) and "mapping" in data:
        return from_chatgpt([data])
    if isinstance(data, list):
        return from_chatgpt(data)
    raise FormatError("", "is neither an export of SynStar Chat nor ChatGPT's conversations.json")


def from_chatgpt(data: Any) -> list[Conversation]:
    """The conversations in ChatGPT's `conversations.json`, all branches; those without a text are left out.

    Ids stay, or are derived from what is in the file, so that the same file gives the same ids again.
    """
    ids = _Ids()
    items = enumerate(typed(list, data, ""))
    conversations = [_conversation(item, f"conversations[{index}]", ids) for index, item in items]
    return [conversation for conversation in conversations if conversation.messages]


class _Ids:
    """Makes ids that fit and differ from each other, always the same ones for the same file."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def fit(self, own: str, scope: str) -> str:
        fitted = own.replace("-", "").lower() if _UUID.fullmatch(own) else own
        while not ID.fullmatch(fitted) or fitted in self._taken:
            name = "\n".join((scope, own, fitted))
            fitted = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self._taken.add(fitted)
        return fitted


def _conversation(value: Any, where: str, ids: _Ids) -> Conversation:
    given = typed(dict, value, where)
    mapping = _mapping(given.get("mapping"), f"{where}.mapping")
    created_at, updated_at = _time(given.get("create_time")), _time(given.get("update_time"))
    times = [at for at in map(_node_time, mapping.values()) if at]
    start = created_at or min(times, default=updated_at or _EPOCH)
    own = _string(given.get("conversation_id")) or _string(given.get("id")) or "\n".join(mapping)
    conversation_id = ids.fit(own, "conversation")
    tree = _Tree(mapping, own, ids)
    if not tree.grow(start):
        raise FormatError(f"{where}.mapping", "holds nodes that are their own ancestors")
    first = next(iter(tree.messages.values()), None)
    return Conversation(
        id=conversation_id,
        title=mended(_string(given.get("title"))).strip() or title_from(first.content if first else ""),
        created_at=start,
        updated_at=updated_at or max([start, *times]),
        leaf_id=tree.shown(_string(given.get("current_node"))),
        messages=tree.messages,
    )


def _mapping(value: Any, where: str) -> dict[str, dict[str, Any]]:
    nodes = typed(dict, value, where)
    return {
        typed(str, key, where): typed(dict, node, f"{where}[{index}]")
        for index, (key, node) in enumerate(nodes.items())
    }


class _Tree:
    """Grows a conversation's messages from a mapping, parents before children and the oldest first."""

    def __init__(self, mapping: Mapping[str, Mapping[str, Any]], scope: str, ids: _Ids) -> None:
        self.messages: dict[str, Message] = {}
        self._mapping = mapping
        self._scope = scope
        self._ids = ids
        self._nearest: dict[str | None, str | None] = {}
        """For each node its message, or that of its nearest ancestor that has one."""

    def grow(self, start: datetime) -> bool:
        """Whether every node was reached. A node without a time has its parent's."""
        children, order = _children(self._mapping), count()
        waiting: list[tuple[datetime, int, str | None, str | None]] = [(start, next(order), None, None)]
        while waiting:
            at, _, node_id, parent_id = heappop(waiting)
            if node_id is not None:
                parent_id = self._add(node_id, parent_id, at)
            self._nearest[node_id] = parent_id
            for child in children.get(node_id, ()):
                heappush(waiting, (_node_time(self._mapping[child]) or at, next(order), child, parent_id))
        return len(self._nearest) == len(self._mapping) + 1

    def _add(self, node_id: str, parent_id: str | None, at: datetime) -> str | None:
        message = _object(self._mapping[node_id].get("message"))
        role = _object(message.get("author")).get("role")
        metadata = _object(message.get("metadata"))
        text = _text(_object(message.get("content")))
        hidden = metadata.get("is_visually_hidden_from_conversation")
        if role not in ("user", "assistant") or hidden or not text.strip():
            return parent_id
        reply = None
        if role == "assistant":
            model = mended(_string(metadata.get("model_slug"))) or None
            reply = Reply(State.COMPLETED, text, model_served=model)
        own = self._ids.fit(node_id, self._scope)
        self.messages[own] = Message(own, parent_id, role, text, at, reply)
        return own

    def shown(self, current_node: str) -> str | None:
        """The message up to which ChatGPT showed the conversation, else the last one."""
        return self._nearest.get(current_node) or next(reversed(self.messages), None)


def _children(mapping: Mapping[str, Mapping[str, Any]]) -> dict[str | None, list[str]]:
    """The nodes below each node, in the order it lists them; below `None` those without a parent."""
    listed = {
        _string(child): rank
        for node in mapping.values()
        for rank, child in enumerate(_items(node.get("children")))
    }
    children: dict[str | None, list[str]] = {}
    for node_id in sorted(mapping, key=lambda node_id: listed.get(node_id, 0)):
        parent = _string(mapping[node_id].get("parent"))
        children.setdefault(parent if parent in mapping else None, []).append(node_id)
    return children


def _text(content: Mapping[str, Any]) -> str:
    """A message's text; nothing for what ChatGPT keeps to itself, such as `thoughts` and web results."""
    kind = content.get("content_type")
    if kind in ("text", "multimodal_text"):
        return "\n\n".join(filter(None, map(_part, _items(content.get("parts")))))
    code = mended(_string(content.get("text")))
    if kind not in ("code", "execution_output") or not code.strip():
        return ""
    language = _string(content.get("language")) if kind == "code" else ""
    fence = "`" * max([3, *(len(ticks) + 1 for ticks in re.findall("`+", code))])
    return f"{fence}{language if _LANGUAGE.fullmatch(language) else ''}\n{code}\n{fence}"


def _part(part: Any) -> str:
    if not isinstance(part, dict):
        return mended(_string(part))
    kind = _string(part.get("content_type"))
    return mended(_string(part.get("text"))) or ("[audio]" if "audio" in kind else "[image]")


def _node_time(node: Mapping[str, Any]) -> datetime | None:
    return _time(_object(node.get("message")).get("create_time"))


def _time(value: Any) -> datetime | None:
    """ChatGPT writes times as seconds since 1970; `None` for what is no such time."""
    try:
        seconds: float = typed(float, value, "")
        return _EPOCH + timedelta(seconds=seconds)
    except (FormatError, OverflowError):
        return None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
