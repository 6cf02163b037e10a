"""The differences between two answers of a comparison, word by word."""

from collections.abc import Sequence

import streamlit as st

from lib.domain.comparison.comparisons import labels
from lib.domain.conversation.conversations import Conversation
from lib.domain.text.differences import differences
from lib.domain.text.markdown.literal import Markdown, md, plain


def show(answered: Sequence[Conversation]) -> None:
    """Draw the differences between two of these cells, collapsed: nothing is compared before it is opened."""
    with st.expander(
        "Differences", icon=":material/difference:", key="differences", on_change="rerun"
    ) as box:
        if box.open:
            texts = zip(labels(answered), (cell.path()[-1].content for cell in answered), strict=True)
            _show_differences(dict(texts))


def _show_differences(texts: dict[str, str]) -> None:
    names = list(texts)
    left, right = st.columns(2)
    first = left.selectbox("First answer", names, 0, key="difference_first")
    second = right.selectbox("Second answer", names, 1, key="difference_second")
    st.markdown(_marked(texts[first], texts[second]))
    st.caption(":red-background[Only in the first] :green-background[only in the second]")


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
