"""PDFs, page by page: the visible text, the values of form fields, and notes on the pages."""

import logging
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError

from lib.domain.text.sentences import sentence
from lib.files.formats import pdf_forms
from lib.files.formats.kinds import Unreadable


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
    counts = {"unread_pages": unread, "empty_pages": empty}
    notes = [sentence(code, count=count) for code, count in counts.items() if count]
    yield from ({"note": asdict(note)} for note in (*notes, *fields.notes()))


def _opened(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("locked")
    except (NotImplementedError, DependencyError):
        raise Unreadable("locked_otherwise") from None
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
