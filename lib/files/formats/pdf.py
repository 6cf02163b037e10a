"""PDFs, page by page: the visible text, the values of form fields, and notes on the pages."""

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError

from lib.files.formats import pdf_forms
from lib.files.formats.kinds import Unreadable

LOCKED = "is protected by a password; save a copy without one"
LOCKED_OTHERWISE = "is protected in a way that cannot be opened here; save a copy without protection"


def read(data: bytes, most_characters: int) -> Iterator[dict[str, Any]]:
    """Yield the number of pages, then each page's text up to the limit, then sentences on what was left out.

    Raises `Unreadable` for a file that needs a password.
    """
    logging.disable(logging.CRITICAL)  # pypdf logs every oddity of a file
    reader = _opened(data)
    yield {"pages": reader.get_num_pages()}
    characters = empty = unread = 0
    fields = pdf_forms.Fields(reader)
    for page in reader.pages:
        text = _page_text(page)
        unread += text is None
        filled = fields.on(page, text or "")
        said = "\n".join(filter(None, [(text or "").strip(), *filled]))
        empty += text is not None and not said
        yield {"text": said}
        characters += len(said)
        if characters > most_characters:
            return
    if elsewhere := fields.elsewhere():
        yield {"text": "\n".join(elsewhere), "is_page": False}
    yield from ({"note": note} for note in (_unread(unread), _empty(empty), fields.note()) if note)


def _opened(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(LOCKED)
    except (NotImplementedError, DependencyError):
        raise Unreadable(LOCKED_OTHERWISE) from None
    return reader


def _page_text(page: Any) -> str | None:
    """A page's text; `None` if it cannot be read, so that the other pages still can."""
    try:
        text: str = page.extract_text()
    except MemoryError:
        raise
    except Exception:  # pypdf raises anything on damaged pages
        return None
    return pdf_forms.clean(text)


def _unread(pages: int) -> str:
    return f"{_pages(pages)} could not be read." if pages else ""


def _empty(pages: int) -> str:
    return (
        f"{_pages(pages)} {'contains' if pages == 1 else 'contain'} no text, only pictures." if pages else ""
    )


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count:,} pages"
