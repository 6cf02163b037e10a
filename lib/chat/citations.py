"""What an answer is based on: the sources that the gateway named beside its text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

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


def merged(known: Iterable[Citation], told: Iterable[Citation]) -> tuple[Citation, ...]:
    """The citations so far and those told now, each once. Gateways repeat the list with each chunk, and tell
    titles apart from addresses."""
    found: dict[str, Citation] = {}
    for citation in (*known, *told):
        key = citation.url or citation.title
        first = found.setdefault(key, citation)
        if not first.title and citation.title:
            found[key] = replace(first, title=citation.title)
    return tuple(found.values())
