"""The running replies of a conversation: which one to follow, and which have ended since the last run."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from lib import app
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.reply.reply import State
from lib.engine.live import LiveTape
from lib.ui.state.person import person_id


@dataclass(frozen=True, slots=True)
class Followed:
    """The current state of the replies that were running when the page was last drawn."""

    tape: LiveTape | None
    """The open tape of the shown path's last message."""
    ended: Sequence[Message]
    """The messages whose reply has ended, updated in the conversation."""
    lost: Collection[str]
    """The ids of the replies that the store has and the page has not: the engine drops a tape once its reply
    has ended and is stored."""


def catch_up(conversation: Conversation, *, is_hidden: bool = False) -> Followed:
    """Put ended replies into the conversation, and find the reply to follow.

    A hidden answer may be complete and yet still be shown in step with others, so its tape is looked up too.
    """
    following: LiveTape | None = None
    ended: list[Message] = []
    lost: list[str] = []
    for message in list(conversation.messages.values()):
        is_running = message.reply is not None and message.reply.state is State.RUNNING
        is_last = message.id == conversation.leaf_id
        if app.get().engine.is_replaced(person_id(), message.id):
            lost.append(message.id)
            continue
        if not is_running and not (is_hidden and is_last):
            continue
        tape = app.get().engine.follow(person_id(), message.id)
        if tape is None:
            lost += [message.id] if is_running else []
        elif tape.is_closed:
            ended.append(settle(conversation, tape))
        elif is_last:
            following = tape
    return Followed(following, ended, lost)


def until_found(catch_up_once: Callable[[], Collection[str]], read_again: Callable[[], None]) -> None:
    """Catch up; while that finds more replies lost, read the store, which has them, and catch up again.

    `catch_up_once` returns the ids of the lost replies.
    """
    # Once is not enough: other replies may end while the store is read. A reply that is lost again after it
    # was read is nowhere.
    known: set[str] = set()
    while not known.issuperset(lost := catch_up_once()):
        known.update(lost)
        read_again()


def settle(conversation: Conversation, tape: LiveTape) -> Message:
    """Copy a tape's reply into its conversation; return the message."""
    reply = tape.reply()
    message = replace(conversation.messages[tape.reply_id], content=reply.text, reply=reply)
    conversation.messages[tape.reply_id] = message
    return message
