"""The replies of a conversation that run: which one to follow, and what has ended while nobody looked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lib import app
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.reply.reply import State
from lib.engine.live import LiveTape


@dataclass(frozen=True, slots=True)
class Followed:
    """What was found of the replies that ran when the page was drawn last."""

    tape: LiveTape | None
    """The open tape of the shown path's last message."""
    ended: Sequence[Message]
    """What has ended, as it now stands in the conversation."""
    was_there: bool
    """Whether all were there. One that ended since the store was asked is let go once it is stored: then it
    is time to read the conversation again."""


def catch_up(conversation: Conversation, *, is_hidden: bool = False) -> Followed:
    """Put what has ended into the conversation, and find the reply to follow.

    A hidden answer may be whole, and yet be shown in step with others: it is looked for all the same.
    """
    following, ended, was_there = None, [], True
    for message in list(conversation.messages.values()):
        is_running = message.reply is not None and message.reply.state is State.RUNNING
        is_last = message.id == conversation.leaf_id
        if not is_running and not (is_hidden and is_last):
            continue
        tape = app.get().engine.follow(message.id)
        if tape is None:
            was_there = was_there and not is_running
        elif tape.is_closed:
            ended.append(settle(conversation, tape))
        elif is_last:
            following = tape
    return Followed(following, ended, was_there)


def settle(conversation: Conversation, tape: LiveTape) -> Message:
    """Put what a tape says into its conversation; returns its message."""
    reply = tape.reply()
    message = replace(conversation.messages[tape.reply_id], content=reply.text, reply=reply)
    conversation.messages[tape.reply_id] = message
    return message
