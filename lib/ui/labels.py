"""Text that Streamlit takes for markdown, shown as it is."""

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~:$<>&])")


def plain(text: str) -> str:
    """The text for a label or a caption, with nothing in it read as markdown."""
    return _MARKDOWN.sub(r"\\\1", text)
