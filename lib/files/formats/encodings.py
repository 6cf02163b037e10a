"""In which encoding a text is. UTF-8 and UTF-16 show it; an old encoding is recognized by what it makes of
the bytes: chardet knows which letters follow each other in a language, and only in their own are words sound.

What is not certain is said to be so: a wrong encoding makes another text, and nobody would know.
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
"""What people still have, by chardet's names, and what they call it. Others would only win by chance."""
_PREFERRED = {"big5hkscs": "cp950", "euc_jis_2004": "euc_jp"}
"""The same encoding as its system writes it: its signs come first, the extension's where it does not do."""
_MEANT = {
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("shift_jis", "x-sjis"), "cp932"),
    "iso-8859-1": "cp1252",
    "big5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_ext",
    "us-ascii": "utf-8",
}
"""What programs write that name these encodings: more than they hold."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE_BYTES, GROUPS = 32 * 1024, 5
"""How much is looked at of a text in an old encoding, and in how many groups of places."""
CASED = ("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5", "cp1253", "iso8859-7")
"""Encodings with capitals beyond the Latin: chardet takes a text in capitals for small letters of another."""
CERTAIN_LEAD = 0.12
"""How far ahead of the next one an encoding is when it is certain: in score, times the bytes beyond ASCII.
Measured on sentences, tables and code in forty languages, 6 in 1,000 are certain and wrong; they are a few
letters long."""
USUAL, NEAR = "cp1252", 0.85
"""The encoding of most old files. Where nothing is certain, this share of the best score is enough for it."""
LOWEST_SCORE = 0.01
"""Below it nothing fits at all."""
MOST_BROKEN = 0.1
"""Of all characters; with more of them it is no text in this encoding."""
_NEVER = bytes({*range(32), 127} - set(b"\t\n\r"))
"""Control characters: those that got into a text say nothing of its encoding."""
_NARROW_KANA = re.compile(
    rb"(?:(?:[\xb3\xb6-\xc4\xca-\xce]\xde|[\xca-\xce]\xdf|[\xa6\xb1-\xdd])[\xa7-\xb0]*"
    rb"|[\xa1-\xa5\0-\x7f])*+"
)
"""Shift-JIS with kana of half the width only, of which chardet knows nothing. Marks of voice and small
letters stand behind certain others."""
_ASCII, _ASCII_BYTES = re.compile(r"[\0-\x7f]+"), re.compile(rb"[\0-\x7f]+")
_FOREIGN = re.compile(rb"(?:[\x80-\xff][\t -~]{0,60}){1,32768}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and what has to be said of how it was read."""

    text: str
    encoding: str = ""
    """What people call its encoding; empty for UTF-8 and ASCII."""
    is_certain: bool = True
    broken: int = 0
    """Places that were no text in this encoding; they read `�`."""


def decode(data: bytes) -> Decoded | None:
    """The text that these bytes are. `None` where no encoding fits."""
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
    """The text in a file of which only the text is wanted; `None` where it is none."""
    found = decode(data)
    return None if found is None or re.search(r"[\0-\x08\x0e-\x1f]", found.text) else found.text


def declared(data: bytes, charset: str | None) -> str:
    """The text in bytes that come with the name of an encoding, which may be missing or wrong."""
    name = (charset or "").lower()
    for codec in (_MEANT.get(name, name), name):
        with contextlib.suppress(LookupError, ValueError):
            return data.decode(codec)
    found = decode(data)
    return found.text if found else data.decode("cp1252", "replace")


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 or UTF-32 without a mark: the blanks in its bytes are those of its text, NUL a half of each."""
    import chardet  # takes a while, and few texts need it

    head = data[:SAMPLE_BYTES]
    found = chardet.detect(head)["encoding"] or ""
    if not found.lower().startswith(("utf-16", "utf-32")):
        return None
    text = head.decode(found, "replace")
    blanks = sum(map(text.count, " \t\n\r"))
    is_wide = 2 * blanks >= sum(map(head.count, b" \t\n\r")) and (blanks or 3 * head.count(0) >= len(head))
    return _replaced(data, found, found.upper()) if is_wide else None


def _is_almost_utf_8(sample: bytes) -> bool:
    """Of an old encoding's text two places in three may look like UTF-8 by chance, not four in five.

    A character that was cut at the end says nothing.
    """
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    broken = text.count("�")
    sound = sum(character > "\x7f" for character in text) - broken
    return sound >= max(1, 4 * broken)


def _old(data: bytes, places: list[bytes]) -> Decoded | None:
    """The text in the old encoding that makes the most of it; the usual one where that makes as much."""
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
    """Whether it may be nothing but kana of half the width.

    Capitals of other scripts have no letters of the first rows, or no mark of voice in a longer text.
    """
    foreign = _ASCII_BYTES.sub(b"", sample)
    has_first_rows = 6 * len(re.findall(rb"[\xb1-\xbf]", foreign)) > len(foreign)
    has_voice = b"\xde" in foreign or len(foreign) < 40
    return has_first_rows and has_voice and bool(_NARROW_KANA.fullmatch(sample))


def _places(data: bytes) -> list[bytes]:
    """The places beyond ASCII with the words around them: many lines of ASCII say nothing of the encoding."""
    places, size, end = [], 0, 0
    for match in _FOREIGN.finditer(data):
        before = re.split(rb"[\r\n]", data[max(end, match.start() - 60) : match.start()])[-1]
        places.append((before + match[0])[: SAMPLE_BYTES - size])
        size, end = size + len(places[-1]), match.end()
        if size >= SAMPLE_BYTES:
            break
    return places


def _scores(places: list[bytes]) -> list[tuple[str, float]]:
    """The encodings that can be, the likeliest first, each with its score times the bytes beyond ASCII.

    Groups of places are asked one by one: a broken byte rules the right encoding out in its own group only.
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
    """Encodings by how usual their letters are in it, and how sound its words."""
    found, scores = _confidences(sample, NAMES), []
    for codec in dict.fromkeys([*list(found)[:10], *CASED]):
        text = _in(codec, sample)
        if confidence := max(found.get(codec, 0.0), _in_small_letters(codec, text)):
            scores.append((codec, confidence * soundness(text) ** 3))
    return scores


def _confidences(sample: bytes, codecs: Iterable[str]) -> dict[str, float]:
    """How sure chardet is of each encoding, the likeliest first."""
    import chardet

    found = chardet.detect_all(
        sample, ignore_threshold=True, include_encodings=codecs, compat_names=False, no_match_encoding=USUAL
    )
    return {each["encoding"] or USUAL: each["confidence"] for each in found}


def _in_small_letters(codec: str, text: str) -> float:
    """How sure chardet is of the encoding of a text in capitals, were it in small letters, which it knows."""
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
