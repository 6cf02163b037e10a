"""The running replies of a conversation: which one to follow, and which have ended since the last run."""

from collections.abc import Sequence
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
    were_all_found: bool
    """Whether every tape was found. The engine drops a tape once its reply has ended and is stored: then read
    the conversation again."""


def catch_up(conversation: Conversation, *, is_hidden: bool = False) -> Followed:
    """Put ended replies into the conversation, and find the reply to follow.

    A hidden answer may be complete and yet still be shown in step with others, so its tape is looked up too.
    """
    following, ended, were_all_found = None, [], True
    for message in list(conversation.messages.values()):
        is_running = message.reply is not None and message.reply.state is State.RUNNING
        is_last = message.id == conversation.leaf_id
        if not is_running and not (is_hidden and is_last):
            continue
        tape = app.get().engine.follow(person_id(), message.id)
        if tape is None:
            were_all_found = were_all_found and not is_running
        elif tape.is_closed:
            ended.append(settle(conversation, tape))
        elif is_last:
            following = tape
    return Followed(following, ended, were_all_found)


def settle(conversation: Conversation, tape: LiveTape) -> Message:
    """Copy a tape's reply into its conversation; return the message."""
    reply = tape.reply()
    message = replace(conversation.messages[tape.reply_id], content=reply.text, reply=reply)
    conversation.messages[tape.reply_id] = message
    return message
