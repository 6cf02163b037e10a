"""HTML as plain text, for mails without any other text: what a person would read, paragraph by paragraph."""

import re
from html.parser import HTMLParser

_UNREAD = ("head", "script", "style", "title", "template")
_BLOCKS = (
    *("p", "div", "br", "hr", "tr", "table", "ul", "ol", "li", "dl", "dt", "dd", "pre", "blockquote"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "body"),
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._unread = 0
        self._targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in _UNREAD
        if tag in _BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")
        elif tag in ("td", "th"):
            self.pieces.append("\t")
        elif tag == "a":
            self._targets.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self._unread = max(0, self._unread - 1)
        elif tag == "a" and self._targets:
            target = self._targets.pop()
            if target.startswith(("http:", "https:")) and target not in self.pieces[-1:]:
                self.pieces.append(f" ({target})")
        elif tag in _BLOCKS and tag != "br":
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.pieces.append(re.sub(r"[ \t\r\n]+", " ", data))


def plain(html: str) -> str:
    """The text of a page, with the targets of its links."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (line.strip(" ") for line in "".join(reader.pieces).replace("\xa0", " ").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
