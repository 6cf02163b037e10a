"""Conversations that are partly in memory only, put together from the running replies."""

from collections.abc import Sequence
from dataclasses import replace

from lib.domain.conversation.conversations import Conversation
from lib.engine.running_reply import RunningReply


def unstored_conversations(runs: Sequence[RunningReply]) -> list[Conversation]:
    """The conversations of these runs in the order of their first runs, each with everything known of it."""
    found: dict[str, Conversation] = {}
    for run in runs:
        known = found.get(run.conversation.id)
        messages = {**(known.messages if known else {}), **run.conversation.messages}
        found[run.conversation.id] = replace(run.conversation, messages=messages)
    for run in runs:
        messages, reply = found[run.conversation.id].messages, run.tape.reply()
        message = messages[run.tape.reply_id]
        messages[message.id] = replace(message, content=reply.text, reply=reply)
    return list(found.values())
