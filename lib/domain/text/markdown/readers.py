"""The readers of markdown, and what each needs in order to draw what a model meant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of markdown."""

    nothing: str = ""
    """Draws nothing, but separates signs that the reader would combine."""
    line_break: str = "<br>"
    """Begins a new line even where the markdown must stay on one line, as in a table."""
    right_to_left: str = ""
    """Precedes a text that is written from right to left."""
    is_streamlit: bool = False
    """Whether it has directives, icons and arrows of its own, but no tags and no chemistry."""


DIRECTIVE_NAME = r"[^\s!-/:-@\[-`{-~][^\s!-,./:-@\[-^`{-~]*+"
"""A pattern for what Streamlit takes for a directive's name after a colon, in any script. It does not draw
text in brackets or braces after an unknown name: the source in `见:文档[1]`."""

PAGE = Reader(":small[]", ":small[&#10;]", ":gray[]", is_streamlit=True)
"""`st.markdown`. `lib/ui/shell/styles` gives a meaning to directives that draw nothing."""
ANY = Reader()
"""A reader that accepts HTML, as most do."""
