"""How an answer ended, in a sentence, if it did not end normally."""

from lib.domain.reply.finish_reasons import Ending
from lib.domain.reply.reply import Reply, State


def remark(reply: Reply) -> str:
    """A sentence about the end of an answer; empty if it ended normally or with an error."""
    if reply.state is not State.COMPLETED:
        return ""
    if not reply.says_something:
        return _without_a_word(reply)
    match reply.ending:
        case Ending.LENGTH:
            return "The answer reached its token limit: there may be more to say."
        case Ending.CONTENT_FILTER:
            return "A content filter stopped this: the answer may be cut."
        case Ending.BROKEN:
            return "The model's server broke the answer off."
    return ""


def has_more(reply: Reply) -> bool:
    """Whether an answer has text, and the model did not report that it was done."""
    is_cut = reply.ending in (Ending.LENGTH, Ending.BROKEN)
    return bool(reply.text) and (is_cut or reply.state not in (State.RUNNING, State.COMPLETED))


def _without_a_word(reply: Reply) -> str:
    if reply.ending is not Ending.LENGTH:
        return "The model ended its reply without a word."
    thought, written = reply.usage.reasoning_tokens, reply.usage.completion_tokens
    counts = f": {thought:,} of {written:,} tokens went into thinking" if thought and written else ""
    return (
        f"The token limit was used up before the first word{counts}. "
        "Raise “Max tokens”, or lower “Reasoning effort”."
    )
