"""How an answer ended, in a sentence, if it did not end normally."""

from lib.domain.reply.finish_reasons import Ending
from lib.domain.reply.reply import Reply, State
from lib.domain.text.sentences import joined
from lib.i18n import formats
from lib.i18n.translation import gettext as _


def remark(reply: Reply) -> str:
    """A sentence about the end of an answer; empty if it ended normally or with an error."""
    if reply.state is not State.COMPLETED:
        return ""
    if not reply.says_something:
        return _without_a_word(reply)
    match reply.ending:
        case Ending.LENGTH:
            return _("The answer reached its token limit: there may be more to say.")
        case Ending.CONTENT_FILTER:
            return _("A content filter stopped this: the answer may be cut.")
        case Ending.BROKEN:
            return _("The model's server broke the answer off.")
    return ""


def has_more(reply: Reply) -> bool:
    """Whether an answer has text, and the model did not report that it was done."""
    is_cut = reply.ending in (Ending.LENGTH, Ending.BROKEN)
    return bool(reply.text) and (is_cut or reply.state not in (State.RUNNING, State.COMPLETED))


def _without_a_word(reply: Reply) -> str:
    if reply.ending is not Ending.LENGTH:
        return _("The model ended its reply without a word.")
    thought, written = reply.usage.reasoning_tokens, reply.usage.completion_tokens
    advice = _("Raise “Max tokens”, or lower “Reasoning effort”.")
    if not (thought and written):
        return joined((_("The token limit was used up before the first word."), advice))
    text = _(
        "The token limit was used up before the first word: {thought} of {written} tokens went into thinking."
    )
    used_up = text.format(thought=formats.number(thought), written=formats.number(written))
    return joined((used_up, advice))
