"""The sources that the gateway named beside an answer."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

_UNFIT = re.compile(r"[\x00-\x20<>\\\x7f]")


@dataclass(frozen=True, slots=True)
class Citation:
    """One source. `[1]` in an answer refers to its first citation."""

    url: str = ""
    """Its URL; empty for a source without one, such as a file."""
    title: str = ""

    @property
    def link(self) -> str:
        """The URL for a markdown link, with nothing that would end the link; empty if it is not http."""
        if not self.url.startswith(("http://", "https://")):
            return ""
        return _UNFIT.sub(lambda sign: f"%{ord(sign[0]):02X}", self.url)

    @property
    def label(self) -> str:
        """Its title, otherwise its URL."""
        return self.title or self.url


def is_page(text: str) -> bool:
    """Whether a text is the URL of a web page."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def unique(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """The citations without duplicates."""
    return _joined((citation,) for citation in citations)


def numbered(known: Iterable[Citation], told: Iterable[Citation]) -> tuple[Citation, ...]:
    """The citations so far, merged with a new list. Gateways repeat the list with each chunk, and may send
    titles separately from URLs; duplicates within one list keep both their numbers."""
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
