"""The figures of a comparison as a table with bars, and what they leave out."""

from collections.abc import Collection

import streamlit as st

from lib.domain.comparison import figures_table
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.statistics import notes, of_cells
from lib.domain.models.prices import Prices
from lib.domain.text.markdown.literal import plain
from lib.domain.text.sentences import joined
from lib.i18n.translation import gettext as _


def show(comparison: Comparison, prices: Prices, winners: Collection[str] = ()) -> None:
    """Draw the table if a cell has an answer. The cells are in the order of the page.

    `winners` are the ids of the cells that people chose.
    """
    compared = comparison.compared
    taken = of_cells(compared, prices)
    if not any(one.replies for one in taken):
        return
    st.header(_("Figures"), anchor=False)
    places = [place for place, cell in enumerate(compared) if cell.id in winners]
    st.html(figures_table.html(taken, places))
    st.caption(plain(joined(notes(taken))))
