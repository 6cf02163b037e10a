"""What can be made of a comparison's answers: their differences, and one answer merged from all."""

import streamlit as st

from lib.domain.comparison.comparisons import MOST_CELLS, labels
from lib.domain.text.differences import differences
from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.ui.compare import callbacks
from lib.ui.state import choices
from lib.ui.state import comparison as state_comparison
from lib.ui.state.comparison import Comparing
from lib.ui.state.session import Session


def show(now: Comparing, tab: Session) -> None:
    """Draw both, closed: they draw nothing before they are opened."""
    answered = [cell for cell in now.comparison.cells if cell.path() and cell.path()[-1].content]
    if len(answered) < 2:
        return
    with st.expander(
        "Differences", icon=":material/difference:", key="differences", on_change="rerun"
    ) as box:
        if box.open:
            texts = zip(labels(answered), (cell.path()[-1].content for cell in answered), strict=True)
            _show_differences(dict(texts))
    with st.expander("Synthesise", icon=":material/merge:", key="synthesis", on_change="rerun") as box:
        if box.open:
            _show_synthesis(now, tab)


def _show_differences(texts: dict[str, str]) -> None:
    names = list(texts)
    left, right = st.columns(2)
    first = left.selectbox("First answer", names, 0, key="difference_first")
    second = right.selectbox("Second answer", names, 1, key="difference_second")
    st.markdown(_marked(texts[first], texts[second]))
    st.caption(":red-background[Only in the first] :green-background[only in the second]")


def _marked(first: str, second: str) -> Markdown:
    """Both texts in one, as markdown: what only one of them has is coloured."""
    pieces = []
    for one in differences(first, second):
        if one.is_equal:
            pieces.append(_lines(one.first))
        else:
            pieces += [_lines(one.first, "red-background"), _lines(one.second, "green-background")]
    return md("").join(pieces)


def _lines(text: str, colour: str | None = None) -> Markdown:
    """The text with its own line breaks, nothing in it read as markdown."""
    return md("  \n").join(
        md("{}:{}[{}]", md(line[: len(line) - len(line.lstrip())]), md(colour), line.strip())
        if colour and line.strip()
        else plain(line)
        for line in text.split("\n")
    )


def _show_synthesis(now: Comparing, tab: Session) -> None:
    st.caption(
        "A model merges the last answers into one, in a cell of its own. It is not told whose they are."
    )
    models = tab.models_for_cells
    model = choices.pick_model(models, state_comparison.MERGER, models[0] if models else None)
    st.button(
        "Synthesise",
        key="synthesise",
        icon=":material/merge:",
        type="primary",
        disabled=not model or len(now.comparison.cells) > MOST_CELLS,
        on_click=callbacks.synthesise,
    )
