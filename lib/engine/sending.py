"""A send: what it adds to a conversation, and whether it was sent before."""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lib.domain.conversation.conversations import Conversation, title_of
from lib.domain.conversation.messages import Message
from lib.domain.reply.reply import Reply
from lib.engine.live import LiveTape

KNOWN_SEND_IDS = 10_000
"""Send ids that are known without asking the store; it knows those of kept replies for good."""


class SendRefused(Exception):
    """A send that the engine does not take. The message is one sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A send that the engine has taken. Whoever holds the conversation puts it into it."""

    tape: LiveTape
    """Of the reply that has begun."""
    added: tuple[Message, ...]
    """The question, where one was asked, and the running reply."""
    title: str
    updated_at: datetime
    is_kept: bool
    """Whether it goes into the store."""

    def put_into(self, conversation: Conversation) -> None:
        """Show the conversation up to the running reply."""
        conversation.title, conversation.updated_at = self.title, self.updated_at
        conversation.add(self.added)
        if not self.is_kept:
            self.tape.keep_for(conversation)


class SendIds:
    """Those of the last sends. A click may arrive twice, and must be one send."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, send_id: str) -> bool:
        return send_id in self._known

    def add(self, send_id: str) -> None:
        """Know it from now on."""
        self._known[send_id] = None
        if len(self._known) > KNOWN_SEND_IDS:
            self._known.popitem(last=False)


def new_id() -> str:
    """A fresh id for a conversation, a message, a session or a send: 128 random bits in hex."""
    return secrets.token_hex(16)


def question(text: str, parent_id: str | None) -> Message:
    """What a person says after a message."""
    return Message(new_id(), parent_id, "user", text, datetime.now(UTC))


def running(model: str | None, parent_id: str | None) -> Message:
    """The reply to a message, before its first word."""
    return Message(new_id(), parent_id, "assistant", "", datetime.now(UTC), Reply(model_requested=model))


def titled(conversation: Conversation, asked: Message | None) -> Conversation:
    """A copy of the conversation; its first question names it."""
    is_first = asked is not None and not conversation.messages
    title = title_of(asked) if asked and is_first else conversation.title
    return replace(conversation, title=title, messages=dict(conversation.messages))


def grown(conversation: Conversation, added: Sequence[Message], updated_at: datetime) -> Conversation:
    """A copy of the conversation with what was added to it."""
    copy = replace(conversation, messages=dict(conversation.messages), updated_at=updated_at)
    copy.add(added)
    return copy
