"""A running reply: where it goes, what is asked, and its growing tape."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.models.connection import Connection
from lib.domain.reply.fold import Closing
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.tape import CLOSING, Event, UsageReported, milliseconds
from lib.domain.reply.usage import Source, Usage, estimate_prompt
from lib.engine.live import LiveTape


@dataclass(slots=True)
class RunningReply:
    """Everything the engine holds of a reply from its send until it is stored."""

    tape: LiveTape
    session_id: str
    created_at: datetime
    connection: Connection
    conversation: Conversation
    """As of this send, including what may not be stored yet."""
    messages: Sequence[Message]
    """The path to the message that is answered."""
    model: str
    system_prompt: str
    params: Params
    is_kept: bool
    """Whether the reply is stored; a temporary chat's is not."""
    is_image_model: bool = False
    """Whether the model draws images instead of writing."""
    started_at: float = 0.0
    """Monotonic seconds when the request was sent; 0 before."""
    future: "Future[None] | None" = None
    _appending: threading.Lock = field(default_factory=threading.Lock)

    @property
    def at_ms(self) -> float:
        """The time on the tape's clock, in milliseconds."""
        return milliseconds(time.monotonic() - self.started_at) if self.started_at else 0.0

    def append(self, burst: Sequence[Event]) -> bool:
        """Put events on the tape; return whether this call closed it.

        If nobody reported the usage, an estimate precedes the closing event, which is never earlier than the
        events before it.
        """
        with self._appending:  # whoever stops the reply must count all earlier events, and come after them
            if burst and not self.started_at:
                # The gateway counts from its own start: the tape adopts that zero.
                self.started_at = time.monotonic() - burst[0].at_ms / 1000
            if not burst or not isinstance(closing := burst[-1], CLOSING):
                return self.tape.append(burst)
            self.tape.append(burst[:-1])
            at_ms = max(event.at_ms for event in (*self.tape.events[-1:], closing))
            usage = self._usage(closing)
            return self.tape.append([UsageReported(at_ms, usage), replace(closing, at_ms=at_ms)])

    def _usage(self, closing: Closing) -> Usage:
        """The usage for the ledger. A long prompt takes time to estimate: done only if nobody reported it."""
        usage = self.tape.usage(None, closing)
        if usage.source is not Source.ESTIMATED or usage.prompt_tokens is not None:
            return usage
        texts = [self.system_prompt] if self.system_prompt else []
        texts += [text for message in self.messages for text in message.texts()]
        image_tokens = sum(message.image_tokens() for message in self.messages)
        return self.tape.usage(estimate_prompt(texts, image_tokens), closing)

    def row(self) -> LedgerRow:
        """The ledger row of the closed tape."""
        return LedgerRow.of(
            self.tape.reply(),
            reply_id=self.tape.reply_id,
            session_id=self.session_id,
            conversation_id=self.tape.conversation_id,
            created_at=self.created_at,
        )
