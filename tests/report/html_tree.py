"""What a browser would make of HTML: every element with its attributes, and the text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Tree(HTMLParser):
    """Collects elements and text."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, html: str) -> "Tree":
        tree = cls()
        tree.feed(html)
        tree.close()
        return tree

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append(("!--", {"data": data}))

    def handle_decl(self, decl: str) -> None:
        self.elements.append(("!", {"decl": decl}))

    def handle_pi(self, data: str) -> None:
        self.elements.append(("?", {"data": data}))

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]
