"""What draws the markdown, and what it has to be told so that it draws what a model meant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of markdown."""

    nothing: str = ""
    """What draws nothing, but parts signs that the reader would take together."""
    line_break: str = "<br>"
    """What begins a new line, also where the markdown has to stay on its line, as in a table."""
    right_to_left: str = ""
    """What stands before a text that is written from right to left."""
    is_streamlit: bool = False
    """Whether it has directives, icons and arrows of its own, no tags and no chemistry."""


DIRECTIVE_NAME = r"[^\s!-/:-@\[-`{-~][^\s!-,./:-@\[-^`{-~]*+"
"""A pattern of what Streamlit's reader takes for the name of a directive behind a colon, in any script. What
stands in brackets or braces behind a name that it does not know is not drawn: the source in `见:文档[1]`."""

PAGE = Reader(":small[]", ":small[&#10;]", ":gray[]", is_streamlit=True)
"""`st.markdown`. Directives that draw nothing stand for what `style.css` makes of them."""
ANY = Reader()
"""One that takes HTML, as most do."""
