"""Detects the encoding of a text. UTF-8 and UTF-16 are certain; an old encoding is recognized by its result:
chardet knows which letters follow each other in a language, and only the right encoding gives sound words.

An uncertain result is marked as such: a wrong encoding gives a different text, and nobody would notice.
"""

import codecs
import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lib.files.formats.soundness import soundness

NAMES = {
    "cp932": "Shift-JIS",
    "euc_jis_2004": "EUC-JP",
    "big5hkscs": "Big5",
    "gb18030": "GB18030",
    "cp949": "EUC-KR",
    "cp874": "TIS-620",
    **{f"cp125{number}": f"Windows-125{number}" for number in range(9)},
    **{f"iso8859-{part}": f"ISO 8859-{part}" for part in (2, 5, 6, 7, 9, 15)},
    "koi8-r": "KOI8-R",
    "koi8-u": "KOI8-U",
    "cp866": "DOS code page 866",
    "cp852": "DOS code page 852",
    "cp850": "DOS code page 850",
    "mac-roman": "Mac OS Roman",
}
"""Encodings that are still in use, by chardet's names, with common names. Others would only win by chance."""
_PREFERRED = {"big5hkscs": "cp950", "euc_jis_2004": "euc_jp"}
"""The operating system's variant of an encoding: its characters are tried first, then the extension's."""
_MEANT = {
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("shift_jis", "x-sjis"), "cp932"),
    "iso-8859-1": "cp1252",
    "big5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_ext",
    "us-ascii": "utf-8",
}
"""What programs mean when they name these encodings: a larger set than the name says."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins the same way
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE_BYTES, GROUPS = 32 * 1024, 5
"""How many bytes of a text in an old encoding are examined, and in how many groups of places."""
CASED = ("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5", "cp1253", "iso8859-7")
"""Encodings with non-Latin capitals: chardet takes a text in capitals for lower case in another encoding."""
CERTAIN_LEAD = 0.12
"""The lead over the next encoding, in score times the bytes beyond ASCII, that makes the first one certain.
Measured on sentences, tables and code in forty languages, 6 in 1,000 are certain and wrong; those are a few
letters long."""
USUAL, NEAR = "cp1252", 0.85
"""The encoding of most old files. If nothing is certain, it wins with this share of the best score."""
LOWEST_SCORE = 0.01
"""Below this score no encoding fits."""
MOST_BROKEN = 0.1
"""The largest share of unreadable characters; with more of them the text is not in this encoding."""
_NEVER = bytes({*range(32), 127} - set(b"\t\n\r"))
"""Control characters: their presence in a text says nothing about its encoding."""
_NARROW_KANA = re.compile(
    rb"(?:(?:[\xb3\xb6-\xc4\xca-\xce]\xde|[\xca-\xce]\xdf|[\xa6\xb1-\xdd])[\xa7-\xb0]*"
    rb"|[\xa1-\xa5\0-\x7f])*+"
)
"""Shift-JIS with half-width kana only, which chardet does not know. Voicing marks and small letters follow
only certain others."""
_ASCII, _ASCII_BYTES = re.compile(r"[\0-\x7f]+"), re.compile(rb"[\0-\x7f]+")
_FOREIGN = re.compile(rb"(?:[\x80-\xff][\t -~]{0,60}){1,32768}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and how certain its encoding is."""

    text: str
    encoding: str = ""
    """The encoding's common name; empty for UTF-8 and ASCII."""
    is_certain: bool = True
    broken: int = 0
    """How many places were not valid in this encoding; they read `�`."""


def decode(data: bytes) -> Decoded | None:
    """Decode a text; `None` if no encoding fits."""
    found = _decode(data)
    return None if found is None or found.broken > max(1, MOST_BROKEN * len(found.text)) else found


def _decode(data: bytes) -> Decoded | None:
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _replaced(data, codec, "" if mark == codecs.BOM_UTF8 else codec.upper())
    if b"\0" in data and (wide := _wide(data)):
        return wide
    if b"\x1b$B" in data or b"\x1b$@" in data:
        return _replaced(data, "iso2022_jp_ext", "ISO-2022-JP")
    if (text := _strictly("utf-8", data)) is not None:
        return Decoded(text)
    places = _places(data.translate(None, _NEVER))
    return _replaced(data, "utf-8", "") if _is_almost_utf_8(b"\n".join(places)) else _old(data, places)


def decoded(data: bytes) -> str | None:
    """The text of a file when only the text matters; `None` if it is not a text."""
    found = decode(data)
    return None if found is None or re.search(r"[\0-\x08\x0e-\x1f]", found.text) else found.text


def declared(data: bytes, charset: str | None) -> str:
    """Decode bytes that come with the name of an encoding, which may be missing or wrong."""
    name = (charset or "").lower()
    for codec in (_MEANT.get(name, name), name):
        with contextlib.suppress(LookupError, ValueError):
            return data.decode(codec)
    found = decode(data)
    return found.text if found else data.decode("cp1252", "replace")


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 or UTF-32 without a mark: blanks in its bytes are blanks in its text, NUL is half of each."""
    import chardet  # slow to import, and few texts need it

    head = data[:SAMPLE_BYTES]
    found = chardet.detect(head)["encoding"] or ""
    if not found.lower().startswith(("utf-16", "utf-32")):
        return None
    text = head.decode(found, "replace")
    blanks = sum(map(text.count, " \t\n\r"))
    is_wide = 2 * blanks >= sum(map(head.count, b" \t\n\r")) and (blanks or 3 * head.count(0) >= len(head))
    return _replaced(data, found, found.upper()) if is_wide else None


def _is_almost_utf_8(sample: bytes) -> bool:
    """By chance, two places in three of a text in an old encoding may look like UTF-8, but not four in five.

    A character cut off at the end does not count.
    """
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    broken = text.count("�")
    sound = sum(character > "\x7f" for character in text) - broken
    return sound >= max(1, 4 * broken)


def _old(data: bytes, places: list[bytes]) -> Decoded | None:
    """Decode with the best-scoring old encoding, or with the usual one if it scores nearly as well."""
    sample = b"\n".join(places)
    scores = _scores(places)
    best, score = scores[0]
    if (score < LOWEST_SCORE or best == "iso8859-5") and _is_narrow_kana(sample):
        return Decoded(_in("cp932", data), NAMES["cp932"], is_certain=False)
    if score < LOWEST_SCORE:
        return None
    text = _in(best, sample)
    rival = next((points for codec, points in scores if _in(codec, sample) != text), 0.0)
    is_certain = score - rival >= CERTAIN_LEAD
    if _in(USUAL, sample) == text or (not is_certain and dict(scores).get(USUAL, 0.0) >= NEAR * score):
        best = USUAL
    whole = _in(best, data)
    return Decoded(whole, NAMES[best], is_certain, whole.count("�"))


def _is_narrow_kana(sample: bytes) -> bool:
    """Whether the sample may consist of half-width kana only.

    Capitals of other scripts have no letters of the first rows, or no voicing mark in a longer text.
    """
    foreign = _ASCII_BYTES.sub(b"", sample)
    has_first_rows = 6 * len(re.findall(rb"[\xb1-\xbf]", foreign)) > len(foreign)
    has_voice = b"\xde" in foreign or len(foreign) < 40
    return has_first_rows and has_voice and bool(_NARROW_KANA.fullmatch(sample))


def _places(data: bytes) -> list[bytes]:
    """The places beyond ASCII with the words around them: pure ASCII says nothing about the encoding."""
    places, size, end = [], 0, 0
    for match in _FOREIGN.finditer(data):
        before = re.split(rb"[\r\n]", data[max(end, match.start() - 60) : match.start()])[-1]
        places.append((before + match[0])[: SAMPLE_BYTES - size])
        size, end = size + len(places[-1]), match.end()
        if size >= SAMPLE_BYTES:
            break
    return places


def _scores(places: list[bytes]) -> list[tuple[str, float]]:
    """The possible encodings, likeliest first, each with its score times the bytes beyond ASCII.

    Groups of places are scored separately: a broken byte rules out the right encoding in its own group only.
    """
    scores: dict[str, float] = {USUAL: 0.0}
    length = -(-len(places) // GROUPS)
    for start in range(0, len(places), length):
        group = b"\n".join(places[start : start + length])
        foreign = len(group.translate(None, bytes(range(128))))
        for codec, score in _scored(group):
            scores[codec] = scores.get(codec, 0.0) + score * foreign
    return sorted(scores.items(), key=lambda each: -each[1])


def _scored(sample: bytes) -> list[tuple[str, float]]:
    """Encodings, scored by how usual their letters are in the sample and how sound its words."""
    found, scores = _confidences(sample, NAMES), []
    for codec in dict.fromkeys([*list(found)[:10], *CASED]):
        text = _in(codec, sample)
        if confidence := max(found.get(codec, 0.0), _in_small_letters(codec, text)):
            scores.append((codec, confidence * soundness(text) ** 3))
    return scores


def _confidences(sample: bytes, codecs: Iterable[str]) -> dict[str, float]:
    """How sure chardet is of each encoding, likeliest first."""
    import chardet

    found = chardet.detect_all(
        sample, ignore_threshold=True, include_encodings=codecs, compat_names=False, no_match_encoding=USUAL
    )
    return {each["encoding"] or USUAL: each["confidence"] for each in found}


def _in_small_letters(codec: str, text: str) -> float:
    """How sure chardet would be of a text in capitals if it were in lower case, which it knows."""
    foreign = _ASCII.sub("", text)
    if sum(map(str.isupper, foreign)) <= sum(map(str.islower, foreign)):
        return 0.0
    return _confidences(text.lower().encode(codec, "ignore"), (codec, USUAL)).get(codec, 0.0)


def _in(codec: str, data: bytes) -> str:
    for exact in filter(None, (_PREFERRED.get(codec), codec)):
        if (text := _strictly(exact, data)) is not None:
            return text
    return data.decode(codec, "replace")


def _strictly(codec: str, data: bytes) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _replaced(data: bytes, codec: str, name: str) -> Decoded:
    text = data.decode(codec, "replace")
    own = data.count("�".encode()) if codec.startswith("utf-8") else 0
    return Decoded(text, name, broken=text.count("�") - own)
