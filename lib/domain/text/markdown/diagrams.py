"""Whether a mermaid diagram would make a browser fetch something.

Streamlit draws labels as plain text and shows the result as an image, which fetches nothing. These fetch
something while it is drawn (Mermaid 11, as in Streamlit 1.67): nodes that are images, `url(..)` in styles,
HTML with a URL where a label stays HTML, and icons of a sequence diagram's participants. Words such as
"import", "click" or "url" in a label do not.
"""

import re
import sys

IS_MERMAID = re.compile(r"mermaid|[&\\]", re.I)
"""The first line of a fence that names mermaid, or may name it with a character reference."""
_ADDRESSED = re.compile(
    r"<[a-z][^<>]*\b(?:src|srcset|href|poster|data|background)\s*=|<(?:style|script|link|meta|base)\b|@import",
    re.I,
)
_NODE_DATA = "@{"
_IMAGE = re.compile(r"\bimg\b|\\[xuU\n]")
"""The key of an image in YAML, or an escape that may hide it."""
_PROPERTIES = re.compile(r"\bproperties\s", re.I)
_ICON = re.compile(r"\bicon\b|\\u", re.I)
_STYLED = re.compile(r"\b(?:style|classDef|linkStyle|todayMarker)\s|%%\{|\A\s*---\s", re.I)
_LOADING = re.compile(r"\b(?:url|src|image|image-set|cross-fade|paint|element)\(", re.I)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.I | re.S)
"""A CSS escape."""


def fetches(rows: list[str]) -> bool:
    """Whether the diagram in these lines may fetch something."""
    text = "\n".join(rows)
    return bool(
        _ADDRESSED.search(text)
        or (_NODE_DATA in text and _IMAGE.search(text))
        or (_PROPERTIES.search(text) and _ICON.search(text))
        or (_STYLED.search(text) and _LOADING.search(_ESCAPE.sub(_character, text)))
    )


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or "0", 16)
    return escape[2] or (chr(code) if code < sys.maxunicode else "")
