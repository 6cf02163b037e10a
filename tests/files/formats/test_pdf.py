"""A PDF is read page by page with what is filled in; what is locked, lost or only pictures is told."""

import logging
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import TextStringObject

from lib.domain.text.sentences import read as read_sentence
from lib.files.formats import pdf as pdf_pages
from lib.files.formats import pdf_forms
from lib.files.formats.kinds import Unreadable
from tests.files.samples import pdf, uploaded, written

FORM, BOX = b"/Subtype /Widget /Type /Annot", b"/Rect [10 10 90 20]"


def encrypted(algorithm: str, password: str = "") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(["Statement 12", "Balance 99.50"]))))
    writer.encrypt(password, "owner", algorithm=algorithm)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def form(*fields: bytes, pages: int = 1, shows: bytes = b"", extra: bytes = b"") -> bytes:
    """A PDF whose form has these fields, all on its first page; `{n}` in a field is the number of the nth."""
    first = 4 + 2 * pages
    numbers = [first + at for at in range(len(fields))]
    pairs = zip(numbers, fields, strict=True)
    numbered = [(b"%d 0 R" % number, _numbered(field, numbers)) for number, field in pairs]
    roots = b" ".join(own for own, field in numbered if b"/Parent" not in field)
    leaves = [own for own, field in numbered if b"/Rect" in field]
    kids = b" ".join(b"%d 0 R" % (5 + 2 * at) for at in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%b] %b >> >>" % (roots, extra),
        b"<< /Type /Pages /Count %d /Kids [%b] >>" % (pages, kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page in range(pages):
        content = b"BT /F1 10 Tf 40 780 Td (Form %b) Tj ET" % shows
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
        on_page = [leaf for at, leaf in enumerate(leaves) if at % pages == page]
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Annots [%b] "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (len(objects), b" ".join(on_page))
        )
    return written([*objects, *(field for _, field in numbered)])


def _numbered(field: bytes, numbers: list[int]) -> bytes:
    for at, number in enumerate(numbers):
        field = field.replace(b"{%d}" % at, b"%d 0 R" % number)
    return field


def text_field(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    return b"<< %b %b /FT /Tx /T (%b) /V (%b) %b >>" % (FORM, BOX, name, value, more)


def read(*fields: bytes, pages: int = 1, shows: bytes = b"", extra: bytes = b"") -> list[str]:
    """What is told of a form, page by page."""
    return texts(form(*fields, pages=pages, shows=shows, extra=extra))


def told(data: bytes, key: str) -> list[Any]:
    """What the reader says, in this process: its own costs more than most files."""
    try:
        return [line[key] for line in pdf_pages.read(data, 10_000) if key in line]
    finally:
        logging.disable(logging.NOTSET)


def texts(data: bytes) -> list[str]:
    return told(data, "text")


def notes(data: bytes) -> list[str]:
    return [str(read_sentence(note)) for note in told(data, "note")]


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_that_every_viewer_opens_is_read(algorithm: str) -> None:
    statement = encrypted(algorithm)
    assert texts(statement) == ["Statement 12", "Balance 99.50"]
    assert notes(statement) == []


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_that_asks_for_a_password_says_so(algorithm: str) -> None:
    with pytest.raises(Unreadable, match=r"^is protected by a password; save a copy without one$"):
        texts(encrypted(algorithm, "secret"))


def test_a_protection_that_is_not_known_is_told() -> None:
    trailer = b"/Encrypt << /Filter /Adobe.PubSec /V 4 >> /ID [<00> <00>] /Root"
    with pytest.raises(Unreadable, match="is protected in a way that cannot be opened here"):
        texts(pdf(["Secret"]).replace(b"/Root", trailer))


def test_pages_without_text_and_pages_that_cannot_be_read_are_told() -> None:
    scanned = pdf(["Text", zlib.compress(b"q Q"), zlib.compress(b"q Q")])
    assert notes(scanned) == ["2 pages contain no text, only pictures."]
    [broken] = notes(pdf(["Text", b"not deflated at all"]))
    assert broken in ("1 page could not be read.", "1 page contains no text, only pictures.")


# Forms


def test_filled_fields_are_told_by_their_names() -> None:
    assert read(text_field(b"name", b"Ann Bee"), text_field(b"city", b"Delft")) == (
        ["Form\nname: Ann Bee\ncity: Delft"]
    )


def test_a_field_says_its_label_and_a_nested_one_its_whole_name() -> None:
    text = read(
        text_field(b"f1", b"Ann", b"/TU (Your first name)"),
        b"<< /T (address) /Kids [{2}] >>",
        text_field(b"city", b"Delft", b"/Parent {1}"),
    )
    assert text == ["Form\nYour first name: Ann\naddress.city: Delft"]


def test_several_lines_and_letters_beyond_ascii_are_kept() -> None:
    utf_16 = "Grüße, 你好".encode("utf-16-be").hex().encode()
    text = read(
        text_field(b"note", b"one\\rtwo\\nthree"),
        b"<< %b %b /FT /Tx /T (hello) /V <FEFF%b> >>" % (FORM, BOX, utf_16),
    )
    assert text == ["Form\nnote: one\ntwo\nthree\nhello: Grüße, 你好"]


def test_boxes_say_yes_or_no_or_what_they_mean() -> None:
    def box(name: bytes, state: bytes, more: bytes = b"") -> bytes:
        return b"<< %b %b /FT /Btn /T (%b) /V /%b /AS /%b %b >>" % (FORM, BOX, name, state, state, more)

    assert read(
        box(b"agree", b"Yes"), box(b"news", b"Off"), box(b"meal", b"Vegan"), box(b"send", b"On", b"/Ff 65536")
    ) == (["Form\nagree: yes\nnews: no\nmeal: Vegan"])


def test_of_a_choice_the_one_that_was_made_is_told() -> None:
    text = read(
        b"<< /FT /Btn /Ff 32768 /T (pay) /V /Card /Kids [{1} {2}] >>",
        b"<< %b %b /Parent {0} /AS /Off >>" % (FORM, BOX),
        b"<< %b %b /Parent {0} /AS /Card >>" % (FORM, BOX),
        b"<< %b %b /FT /Ch /T (land) /V (nl) /Opt [[(nl) (Netherlands)] [(be) (Belgium)]] >>" % (FORM, BOX),
        b"<< %b %b /FT /Ch /T (teas) /V [(green) (black)] /Opt [(green) (black) (red)] >>" % (FORM, BOX),
    )
    assert text == ["Form\npay: Card\nland: Netherlands\nteas: green, black"]


def test_a_field_on_two_pages_is_told_on_both() -> None:
    text = read(
        b"<< /FT /Tx /T (case) /V (K-2026/7) /Kids [{1} {2}] >>",
        b"<< %b %b /Parent {0} >>" % (FORM, BOX),
        b"<< %b %b /Parent {0} >>" % (FORM, BOX),
        pages=2,
    )
    assert text == ["Form\ncase: K-2026/7"] * 2


def test_hidden_fields_and_passwords_are_not_told() -> None:
    text = read(
        text_field(b"shown", b"seen"),
        text_field(b"hidden", b"unseen", b"/F 2"),
        text_field(b"internal", b"unseen", b"/F 32"),
        text_field(b"password", b"unseen", b"/Ff 8192"),
        text_field(b"empty", b""),
    )
    assert text == ["Form\nshown: seen"]


def test_what_the_page_shows_is_not_told_twice() -> None:
    text = read(text_field(b"name", b"Ann Beatrix"), text_field(b"age", b"37"), shows=b"of Ann Beatrix 37")
    assert text == ["Form of Ann Beatrix 37\nage: 37"]


def test_notes_on_a_page_are_told() -> None:
    text = read(
        b"<< /Type /Annot /Subtype /FreeText %b /Contents (Please check) >>" % BOX,
        b"<< /Type /Annot /Subtype /Text %b /Contents (Too high) >>" % BOX,
        b"<< /Type /Annot /Subtype /Text %b /Contents (unseen) /F 2 >>" % BOX,
        b"<< /Type /Annot /Subtype /Link %b /Contents (a link) >>" % BOX,
    )
    assert text == ["Form\nNote: Please check\nNote: Too high"]


def test_fields_that_no_page_shows_are_told_at_the_end() -> None:
    taken = uploaded("form.pdf", form(b"<< /FT /Tx /T (orphan) /V (found) >>"))
    assert taken.text == "[Page 1]\nForm\n\n[Form]\norphan: found"


def test_a_form_of_another_kind_says_so() -> None:
    [note] = notes(form(extra=b"/XFA (<xdp/>)"))
    assert note == "It is an XFA form, whose contents cannot be read here; print it to PDF."


@pytest.mark.parametrize(
    "field",
    [
        b"<< %b %b /FT /Tx /T (a) /V (b) /Parent {0} >>" % (FORM, BOX),
        b"<< /T (a) /Kids [{0}] >>",
        b"<< %b /FT /Tx /T 7 /V 9 /Ff (x) /F (y) >>" % FORM,
        b"<< %b /FT /Ch /V [[1] null (a)] /Opt [7 [1 2] [(a)]] >>" % FORM,
        b"<< %b /FT /Btn /AS 3 >>" % FORM,
        b"[1 2 3 /Widget]",
        b"null",
    ],
)
def test_a_damaged_form_does_not_take_the_page_with_it(field: bytes) -> None:
    page = read(field, text_field(b"name", b"Ann"))[0]
    assert page.startswith("Form")
    assert "name: Ann" in page


@given(st.text(max_size=40))
def test_any_value_is_a_text_without_halves(value: str) -> None:
    found = pdf_forms._string(TextStringObject(value))
    found.encode()
    assert "\0" not in found


def test_a_form_that_a_library_filled_is_read() -> None:
    blank = form(text_field(b"name", b""), text_field(b"town", b""))
    writer = PdfWriter(clone_from=PdfReader(BytesIO(blank)))
    values = {"name": "Ann Bee", "town": "Œuf 北京"}
    writer.update_page_form_field_values(writer.pages[0], values, auto_regenerate=False)
    file = BytesIO()
    writer.write(file)
    assert texts(file.getvalue()) == ["Form\nname: Ann Bee\ntown: Œuf 北京"]
