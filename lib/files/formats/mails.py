"""Mails (RFC 5322) and mailboxes as the letters that people read: who, when, what about, and the text.

Attached files are left out, by name and size; HTML without a plain text beside it is read as text.
"""

import contextlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32

from lib.domain.text.sentences import Sentence, sentence
from lib.files.formats.cleaning import Cleaned, size_words, without_controls
from lib.files.formats.encodings import declared, decode
from lib.files.formats.html_text import plain

SHOWN = ("From", "To", "Cc", "Date", "Subject")
"""The header fields that are read, in this order."""
_TELLING = {"from", "received", "return-path", "message-id", "mime-version"}
_KNOWN = _TELLING | {"to", "cc", "bcc", "date", "subject", "reply-to", "delivered-to", "content-type"}
_LONGEST_HEADER = 256 * 1024
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_ENCODED = re.compile(
    rb"=\?[\w-]+\?[bq]\?|^content-(type[ \t]*:[ \t]*[\w.+-]+/|transfer-encoding[ \t]*:)",
    re.IGNORECASE | re.MULTILINE,
)
"""What shows that there is something to decode. A mail without it is read as plain text."""
_MAILBOX = re.compile(rb"(?:\A|\n\r?\n)(?=From [^\s]{1,200} .{0,60}\d\d:\d\d.{0,60}\d{4}[^\n]{0,20}\n)")
"""Where a mail begins in a mailbox (RFC 4155)."""


def read(data: bytes, most_characters: int) -> Cleaned | None:
    """Read the mails in these bytes, up to the wanted length; `None` if there are none."""
    starts = [match.end() for match in _MAILBOX.finditer(data)]
    starts = starts if starts[:1] == [0] else [0]
    if not _is_mail(data[:_LONGEST_HEADER]) or not _ENCODED.search(data):
        return None
    letters: list[str] = []
    left_out: list[int] = []
    characters = 0
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        message = message_from_bytes(data[start:end], policy=compat32)
        letters.append("\n".join(_letter(message, left_out)).strip())
        characters += len(letters[-1])
        if characters > most_characters:
            break
    if len(starts) > 1:
        letters = [f"[Mail {number}]\n{letter}" for number, letter in enumerate(letters, 1)]
    return Cleaned("\n\n".join(letters), _notes(left_out))


def _notes(left_out: list[int]) -> tuple[Sentence, ...]:
    """One sentence about the attachments that were left out, given their sizes."""
    if not left_out:
        return ()
    return (sentence("mail_attachments", count=len(left_out), size=size_words(sum(left_out))),)


def _is_mail(head: bytes) -> bool:
    """Whether the data begins with mail header fields, and nothing else, up to an empty line."""
    names = set()
    for number, line in enumerate(head.split(b"\n")):
        field = _FIELD.match(line)
        if field:
            names.add(field[1].decode().lower())
        elif not line.strip():
            return len(names & _KNOWN) > 1 and bool(names & _TELLING)
        elif not (names and line[:1] in (b" ", b"\t")) and not (number == 0 and line.startswith(b"From ")):
            return False
    return False


def _letter(message: Message, left_out: list[int]) -> Iterator[str]:
    fields = [(name.lower(), str(value)) for name, value in message.raw_items()]
    for name in SHOWN:
        values = (_field(value) for own, value in fields if own == name.lower())
        yield from (f"{name}: {value}" for value in values if value)
    yield ""
    yield from _parts(message, left_out)


def _field(value: str) -> str:
    """A field's text on one line, with encoded words (RFC 2047) and raw bytes decoded."""
    # `compat32` keeps non-ASCII bytes as surrogates.
    raw = value.encode("utf-8", "surrogateescape")
    if not raw.isascii():
        found = decode(raw)
        value = found.text if found else raw.decode("utf-8", "replace")
    value = re.sub(r"\r?\n[ \t]*", " ", value)
    with contextlib.suppress(HeaderParseError):
        value = "".join(_word(word, charset) for word, charset in decode_header(value))
    return without_controls(" ".join(value.split())).text


def _word(word: str | bytes, charset: str | None) -> str:
    if isinstance(word, str):
        return word
    return declared(word, charset) if charset else word.decode("raw-unicode-escape", "replace")


def _parts(part: Message, left_out: list[int]) -> Iterator[str]:
    kind = part.get_content_type()
    children = (
        [each for each in part.get_payload() if isinstance(each, Message)] if part.is_multipart() else []
    )
    is_file = part.get_content_disposition() == "attachment" or part.get_filename() is not None
    if kind == "message/rfc822" and children:
        yield "\n[A mail that came along]"
        yield from _letter(children[0], left_out)
    elif kind == "message/delivery-status":
        yield from (child.as_string() for child in children)
    elif kind == "multipart/alternative" and children:
        yield from _parts(next((each for each in children if _is_written(each)), children[-1]), left_out)
    elif children:
        for child in children:
            yield from _parts(child, left_out)
    elif kind in ("text/plain", "text/html") and not is_file:
        text = declared(_payload(part), part.get_content_charset())
        yield plain(text) if kind == "text/html" else without_controls(text.replace("\r\n", "\n")).text
    else:
        left_out.append(len(_payload(part)))
        yield f"[{_field(part.get_filename() or kind)}, {size_words(left_out[-1])}, left out]"


def _is_written(part: Message) -> bool:
    return part.get_content_type() == "text/plain" and bool(_payload(part).strip())


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
