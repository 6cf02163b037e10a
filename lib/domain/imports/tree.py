"""Builds the messages of a conversation from the nodes that other programs store.

The parts of one answer (thinking, code, a drawing, the text) are several nodes there, and one message here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count
from typing import Literal

from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.conversations import Conversation, title_of
from lib.domain.conversation.messages import Message
from lib.domain.imports.fields import id_of
from lib.domain.reply.citations import Citation, unique
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.usage import Source, Usage
from lib.domain.text.validation import FormatError
from lib.i18n.translation import lazy

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """The content of a node."""

    role: Literal["user", "assistant"]
    text: str = ""
    reasoning: str = ""
    files: tuple[Attachment, ...] = ()
    citations: tuple[Citation, ...] = ()
    model: str = ""
    usage: Usage = Usage()
    state: State = State.COMPLETED
    notices: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.reasoning.strip() or self.files or self.notices)


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree. Without a time it has its parent's."""

    parent: str | None
    at: datetime | None = None
    said: Said | None = None


@dataclass(slots=True)
class _Draft:
    """A message whose nodes are not all known yet."""

    parent_id: str | None
    at: datetime
    said: list[Said]
    is_continued: bool
    """Whether it continues another message: the two are drawn as one text."""


def conversation(
    nodes: Mapping[str, Node],
    *,
    id_: str,
    title: str,
    created_at: datetime | None,
    updated_at: datetime | None,
    shown: str,
    is_pinned: bool,
    system_prompt: str = "",
) -> Conversation:
    """Build the conversation from these nodes, with siblings in the given order.

    `id_` is its id, `shown` the node up to which the other program showed it; without it, the path to the
    last message is shown. Raises `FormatError` if nodes are their own ancestors.
    """
    times = [node.at for node in nodes.values() if node.at]
    start = created_at or min(times, default=updated_at or _EPOCH)
    growth = _Growth(nodes, id_)
    growth.grow(start)
    # Growth starts at nodes without a parent: those in a cycle are never reached.
    if len(growth.nearest) != len(nodes):
        raise FormatError("", lazy("holds messages that are their own ancestors"))
    messages = {id_: _message(id_, draft) for id_, draft in growth.drafts.items()}
    first = next(iter(messages.values()), None)
    return Conversation(
        id=id_,
        title=title.strip() or (title_of(first) if first else ""),
        created_at=start,
        updated_at=updated_at or max([start, *times]),
        system_prompt=system_prompt,
        leaf_id=growth.nearest.get(shown) or next(reversed(messages), None),
        messages=messages,
        is_pinned=is_pinned,
    )


@dataclass(slots=True)
class _Growth:
    nodes: Mapping[str, Node]
    scope: str
    drafts: dict[str, _Draft] = field(default_factory=dict)
    nearest: dict[str, str | None] = field(default_factory=dict)
    """For each node its message, or that of its nearest ancestor with one."""
    _open: set[str] = field(default_factory=set)
    """Nodes after which an answer may continue in the same message: it has not forked."""

    def grow(self, start: datetime) -> None:
        children, order = _children(self.nodes), count()
        # By time, then in the order of the file; without recursion, since a chat
        # may be thousands of nodes deep.
        waiting = [(start, next(order), root) for root in children.get(None, ())]
        waiting = [(self.nodes[root].at or at, rank, root) for at, rank, root in waiting]
        waiting.sort()
        while waiting:
            at, _, node_id = heappop(waiting)
            below = children.get(node_id, ())
            self._add(node_id, at)
            if len(below) > 1:
                self._open.discard(node_id)
            for child in below:
                heappush(waiting, (self.nodes[child].at or at, next(order), child))

    def _add(self, node_id: str, at: datetime) -> None:
        node = self.nodes[node_id]
        near = None if node.parent is None else self.nearest.get(node.parent)
        is_open = node.parent in self._open
        said = node.said
        if said is None or said.is_empty:
            self.nearest[node_id] = near
        elif said.role == "assistant" and is_open and near is not None:
            self.drafts[near].said.append(said)
            self.nearest[node_id] = near
        else:
            id_ = self.nearest[node_id] = id_of("\n".join((self.scope, node_id)), "message")
            goes_on = near is not None and said.role == self.drafts[near].said[0].role == "assistant"
            self.drafts[id_] = _Draft(near, at, [said], goes_on)
            is_open = said.role == "assistant"
        if is_open:
            self._open.add(node_id)


def _children(nodes: Mapping[str, Node]) -> dict[str | None, list[str]]:
    """The nodes below each node; under `None` those without a parent."""
    children: dict[str | None, list[str]] = {}
    for node_id, node in nodes.items():
        children.setdefault(node.parent if node.parent in nodes else None, []).append(node_id)
    return children


def _message(id_: str, draft: _Draft) -> Message:
    said = draft.said
    text, files = _joined(each.text for each in said), tuple(file for each in said for file in each.files)
    if said[0].role == "user":
        return Message(id_, draft.parent_id, "user", text, draft.at, attachments=files)
    if draft.is_continued and text:
        text = f"\n\n{text}"
    reply = Reply(
        next((each.state for each in said if each.state is not State.COMPLETED), State.COMPLETED),
        text,
        reasoning=_joined(each.reasoning for each in said),
        model_served=next((each.model for each in reversed(said) if each.model), None),
        usage=next(
            (each.usage for each in reversed(said) if each.usage.source is not Source.UNKNOWN), Usage()
        ),
        images=tuple(file for file in files if file.kind is AttachmentKind.IMAGE),
        audio=tuple(file for file in files if file.kind is AttachmentKind.AUDIO),
        citations=unique(citation for each in said for citation in each.citations),
        notices=tuple(dict.fromkeys(notice for each in said for notice in each.notices)),
    )
    return Message(id_, draft.parent_id, "assistant", text, draft.at, reply)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text.strip())
