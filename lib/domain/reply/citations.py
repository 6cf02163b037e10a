"""What an answer is based on: the sources that the gateway named beside its text."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

_UNFIT = re.compile(r"[\x00-\x20<>\\\x7f]")


@dataclass(frozen=True, slots=True)
class Citation:
    """One source. An answer's `[1]` means the first of its citations."""

    url: str = ""
    """Its address; empty for a source that has none, such as a file."""
    title: str = ""

    @property
    def link(self) -> str:
        """The address as a link may lead there, with nothing that ends a link in markdown; empty for one that
        is not http."""
        if not self.url.startswith(("http://", "https://")):
            return ""
        return _UNFIT.sub(lambda sign: f"%{ord(sign[0]):02X}", self.url)

    @property
    def label(self) -> str:
        """What it is called: its title, else its address."""
        return self.title or self.url


def is_page(text: str) -> bool:
    """Whether a text is the address of a web page."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def unique(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """The citations, each once."""
    return _joined((citation,) for citation in citations)


def numbered(known: Iterable[Citation], told: Iterable[Citation]) -> tuple[Citation, ...]:
    """The citations so far and the list told now. Gateways repeat it with each chunk, and tell titles apart
    from addresses; what stands twice in one list keeps both its numbers."""
    return _joined((known, told))


def _joined(lists: Iterable[Iterable[Citation]]) -> tuple[Citation, ...]:
    """The citations of all lists, each as often as in the list that has it most often."""
    found: dict[tuple[str, int], Citation] = {}
    for citations in lists:
        times = Counter[str]()
        for citation in citations:
            name = citation.url or citation.title
            key = name, times[name]
            times[name] += 1
            first = found.setdefault(key, citation)
            if not first.title and citation.title:
                found[key] = replace(first, title=citation.title)
    return tuple(found.values())
