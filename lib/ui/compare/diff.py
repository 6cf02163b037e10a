"""The differences between two answers of a comparison, word by word."""

from collections.abc import Mapping, Sequence

import streamlit as st

from lib.domain.conversation.conversations import Conversation
from lib.domain.text.differences import differences
from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.domain.text.markdown.unmarked import unmarked
from lib.i18n.translation import gettext as _


def show(answered: Sequence[Conversation], labels: Mapping[str, str]) -> None:
    """Draw the differences between two of these cells, collapsed: nothing is compared before it is opened."""
    with st.expander(
        _("Differences"), icon=":material/difference:", key="differences", on_change="rerun"
    ) as box:
        if box.open:
            texts = {cell.id: unmarked(cell.path()[-1].content) for cell in answered}
            _show_differences(texts, labels)


def _show_differences(texts: Mapping[str, str], labels: Mapping[str, str]) -> None:
    ids = list(texts)
    left, right = st.columns(2)
    first = left.selectbox(_("First answer"), ids, 0, key="difference_first", format_func=labels.__getitem__)
    second = right.selectbox(
        _("Second answer"), ids, 1, key="difference_second", format_func=labels.__getitem__
    )
    st.markdown(_marked(texts[first], texts[second]))
    st.caption(_(":red-background[Only in the first] :green-background[only in the second]"))


def _marked(first: str, second: str) -> Markdown:
    """Return both texts merged as markdown; what only one of them has is coloured."""
    pieces = []
    for one in differences(first, second):
        if one.is_equal:
            pieces.append(_lines(one.first))
        else:
            pieces += [_lines(one.first, "red-background"), _lines(one.second, "green-background")]
    return md("").join(pieces)


def _lines(text: str, colour: str | None = None) -> Markdown:
    """Return the text with its line breaks, escaped so that nothing in it is read as markdown."""
    return md("  \n").join(
        md("{}:{}[{}]", md(line[: len(line) - len(line.lstrip())]), md(colour), line.strip())
        if colour and line.strip()
        else plain(line)
        for line in text.split("\n")
    )
