"""A report and an export in the language of who makes them: all that is ours is translated."""

import re
from collections.abc import Iterator

import pytest

from lib.domain.comparison import decks
from lib.domain.comparison.decks import Prompt
from lib.domain.comparison.recordings import Recording
from lib.domain.conversation import exports
from lib.domain.conversation.messages import Params
from lib.i18n import locale
from lib.i18n.locale import Locale
from lib.i18n.pseudo import CLOSE, OPEN, PSEUDO
from lib.report import deck as deck_page
from lib.report import markdown, page
from tests.report.html_tree import Tree
from tests.report.samples import PAPER, PICTURE, deck, recording, tape, thinking, with_attachments

MAKER = "SynStar Chat 1.2.3"
OF_OTHERS = re.compile(
    r"SynStar Chat 1\.2\.3|model-[ab]|The sky|Why is the sky blue\?|Two questions|(Why|How)\?|"
    r"[ab] on|It is blue\.|No\.|Hm|cat\.png|plan\.txt|the gateway's price list|\d+ Mar 2026|UTC|https?://\S+|\bjson\b|details|summary"
)
"""What people, models and gateways wrote, dates, and names of elements."""


@pytest.fixture(autouse=True)
def _pseudo() -> Iterator[None]:
    with locale.using(Locale(PSEUDO)):
        yield


def untranslated(text: str) -> list[str]:
    """The words of a text that are in no brackets, and nobody else's."""
    depth, outside = 0, ""
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE)
        outside += sign if not depth and sign != CLOSE else " "
    return re.findall(r"[^\W\d_]{2,}", OF_OTHERS.sub(" ", outside))


def kept() -> Recording:
    made = recording({"a": thinking("Hm", after=tape("It is blue.", tokens=9)), "b": tape("No.")})
    made.cells[1].params = Params(top_p=0.5, stop=("a",), tool_choice="none")
    return with_attachments(made, PICTURE, PAPER)


@pytest.mark.parametrize("made", [kept(), deck(["Why?", "How?"])], ids=["comparison", "deck"])
def test_a_report_is_translated(made: Recording) -> None:
    html = page.html(made, lambda attachment: attachment.data, maker=MAKER)
    assert html.startswith('<!doctype html>\n<html lang="en-XA">')
    assert untranslated(Tree.of(html.partition("</style>")[2]).text) == []
    assert untranslated(markdown.to_markdown(made, maker=MAKER)) == []


def test_a_deck_is_translated() -> None:
    made = decks.new("d", [Prompt("p", "Why?", system_prompt="How?")], title="The sky")
    html = deck_page.html(made, lambda attachment: attachment.data, maker=MAKER)
    assert untranslated(Tree.of(html.partition("</style>")[2]).text) == []


def test_a_conversation_is_translated() -> None:
    conversation = kept().cells[0]
    conversation.system_prompt = "How?"
    assert untranslated(exports.to_markdown(conversation)) == []
