"""What a key looks like, and how it is taken out of a text: the patterns once, and a policy for each place.

- A key that is known goes whole and in longer parts, wherever it is repeated: `KnownKey`.
- Of what a server says, all goes that it calls a key, also what is cut or half hidden: `in_server_words`.
- In what leaves the house, what looks like a key is found, for a person to decide: `find`.
- Of an address that is refused, every longer word goes: `in_address`.

All of it takes time in proportion to the text.
"""

import re
from collections.abc import Iterator

MASK = "***"
SHORTEST_PART = 12
"""A run of so many characters of a key counts as a part of it: servers cut keys, or break them in two."""
SHORTEST_RANDOM = 16
"""Characters of letters and digits mixed that look like a key."""

_WORDS = "sk|pk|rk|ak"
"""What keys begin with, and names in code too (`pk_id`)."""
# GitHub, GitLab, Slack, Hugging Face, Groq, xAI, NVIDIA, Amazon, Google. `eyJ` below begins a JSON web
# token: it is `{"` in base64.
_MAKES = "gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|hf_|gsk_|xai-|nvapi-|AKIA|AIza"
_MARKED = re.compile(
    rf"""(?<![A-Za-z0-9])(?:{_WORDS})-[A-Za-z0-9_-]{{8,}}
    | (?<![A-Za-z0-9])(?:{_MAKES})[A-Za-z0-9_-]{{8,}}
    | (?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{{8,}}(?:\.[A-Za-z0-9_-]+){{1,4}}
    | \b[Bb]earer[ ]+(?P<bearer>[A-Za-z0-9._~+/-]{{8,}}=*)
    | ://[^/\s:@]{{1,100}}:(?P<password>[^/\s@]{{1,200}})@""",
    re.X,
)
_BLOCK = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+/-]{14,}[A-Za-z0-9=]")
_PART = re.compile(r"[A-Za-z0-9]+")
_SAID = (
    (re.compile(r"(?i)\bbearer\s+[^\s\"'<>,;]+"), f"Bearer {MASK}"),
    (re.compile(rf"(?i)\b({_WORDS}|gsk|xai|nvapi|hf)[-_][\w*.…-]*[\w*]"), rf"\1-{MASK}"),
    (
        re.compile(
            r"(?i)\b(key|token|secret|authorization)( provided)?(\s*[:=]\s*)(?=\S*\d)[^\s,;\"')\]]{12,}"
        ),
        rf"\1\2\3{MASK}",
    ),
    (re.compile(r"(?i)\b(key|token|令牌)(\W{0,3})[\w-]{32,}"), rf"\1\2{MASK}"),
)
_USER = re.compile(r"//[^/]*@")
_LONG_WORD = re.compile(r"\bsk-\S+|[\w-]{20,}")
_NAME = re.compile(r"key|token|secret|passw|signature|^sig$", re.I)
_ALONE = r"(?<![\w:/-])(?<!\w\.){}(?![\w:/-])(?!\.\w)"
"""A word that is no part of a name or an address."""


class KnownKey:
    """A key whose text is known. `key` is not empty."""

    def __init__(self, key: str) -> None:
        self._size = size = min(SHORTEST_PART, len(key))
        self._parts = {key[at : at + size] for at in range(len(key) - size + 1)}
        # Each part holds one of these whole: most texts are done with after a few quick looks.
        anchor = max(1, size // 2)
        self._anchors = [key[at : at + anchor] for at in range(0, len(key) - anchor + 1, anchor)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it or a longer part of it stands, in order; what touches is one."""
        found: list[tuple[int, int]] = []
        if not any(anchor in text for anchor in self._anchors):
            return found
        for at in range(len(text) - self._size + 1):
            if text[at : at + self._size] in self._parts:
                start = found.pop()[0] if found and found[-1][1] >= at else at
                found.append((start, at + self._size))
        return found

    def masked(self, text: str, start: int = 0) -> str:
        """The text without it, from `start` on: what stands before that is context."""
        shown, at = [], start
        for begin, end in self.spans(text):
            if end > start:
                shown += [text[at:begin], MASK]
                at = end
        return "".join([*shown, text[at:]])


def without_word(text: str, word: str) -> str:
    """The text without a word where it stands alone: a key that is one (`ollama`) is part of names."""
    return re.sub(_ALONE.format(re.escape(word)), MASK, text)


def in_server_words(text: str) -> str:
    """What a server says, with a mask in place of keys of all known makes."""
    for pattern, replacement in _SAID:
        text = pattern.sub(replacement, text)
    shown, at = [], 0
    for start, end in sorted(_marked(text)):
        if start >= at:
            shown += [text[at:start], MASK]
            at = end
    return "".join([*shown, text[at:]])


def in_address(text: str) -> str:
    """An address that was refused, without what may be a secret in it."""
    return _LONG_WORD.sub(MASK, _USER.sub(f"//{MASK}@", text))


def is_named(name: str) -> bool:
    """Whether a parameter's name says that its value is a secret."""
    return bool(_NAME.search(name))


def find(text: str, *, is_id: bool = False) -> Iterator[tuple[int, int]]:
    """Where something looks like a key; findings may overlap. An id may look random: it is no key."""
    yield from _marked(text)
    for token in () if is_id else _TOKEN.finditer(text):
        if any(map(_looks_random, _PART.findall(token[0]))):
            yield token.span()


def _marked(text: str) -> Iterator[tuple[int, int]]:
    """What says itself that it is a key."""
    for found in _MARKED.finditer(text):
        yield found.span(found.lastgroup or 0)
    for block in _BLOCK.finditer(text):
        end = text.find("-----END", block.end())
        stop = text.find("-----", end + 8) if end >= 0 else -1
        yield block.start(), stop + 5 if stop >= 0 else len(text)
        if stop < 0:
            break


def _looks_random(part: str) -> bool:
    """Whether letters and digits are mixed as nobody writes them."""
    digits = sum(character.isdigit() for character in part)
    return len(part) >= SHORTEST_RANDOM and 3 <= digits < len(part)
