"""The layout of cells: side by side in rows, each in its own box."""

from collections.abc import Iterator, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

CELLS_PER_ROW = (1, 1, 2, 3, 4, 3, 3, 4, 4, 3)
"""How many cells share a row, indexed by the number of cells."""


def boxes(cell_ids: Sequence[str]) -> Iterator[DeltaGenerator]:
    """Yield the cells' boxes in order; each row is drawn when its first box is taken."""
    width = CELLS_PER_ROW[min(len(cell_ids), len(CELLS_PER_ROW) - 1)]
    for start in range(0, len(cell_ids), width):
        with st.container(key=f"cells-{start}"):
            columns = st.columns(width, gap="small")
        for column, cell_id in zip(columns, cell_ids[start : start + width], strict=False):
            yield column.container(border=True, height="stretch", key=f"cell-{cell_id}")
