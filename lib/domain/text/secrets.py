"""What a key looks like and how it is removed from a text: shared patterns, and a policy for each place.

- A known key is removed whole and in longer parts, wherever it is repeated: `KnownKey`.
- In a server's words, all that it calls a key is masked, even if cut or half hidden: `in_server_words`.
- In exports and shared texts, whatever looks like a key is found, for a person to decide: `find`.
- In a refused address, every longer word is masked: `in_address`.

All of it takes linear time.
"""

import re
from collections.abc import Iterator

MASK = "***"
SHORTEST_PART = 12
"""This many characters of a key count as a part of it: servers cut keys, or break them in two."""
SHORTEST_RANDOM = 16
"""Characters of mixed letters and digits that look like a key."""

_WORDS = "sk|pk|rk|ak"
"""Prefixes of keys, which are also names in code (`pk_id`)."""
# GitHub, GitLab, Slack, Hugging Face, Groq, xAI, NVIDIA, Amazon, Google. The `eyJ` below begins a JSON web
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
"""A word that is not part of a name or an address."""


class KnownKey:
    """A key whose text is known. `key` is not empty."""

    def __init__(self, key: str) -> None:
        self._size = size = min(SHORTEST_PART, len(key))
        self._parts = {key[at : at + size] for at in range(len(key) - size + 1)}
        # Each part contains one of these anchors: most texts are finished after a few quick searches.
        anchor = max(1, size // 2)
        self._anchors = [key[at : at + anchor] for at in range(0, len(key) - anchor + 1, anchor)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The positions of the key and its longer parts, in order; adjacent ones are merged."""
        found: list[tuple[int, int]] = []
        if not any(anchor in text for anchor in self._anchors):
            return found
        for at in range(len(text) - self._size + 1):
            if text[at : at + self._size] in self._parts:
                start = found.pop()[0] if found and found[-1][1] >= at else at
                found.append((start, at + self._size))
        return found

    def masked(self, text: str, start: int = 0) -> str:
        """The text with the key masked from `start` on; the text before `start` is only context."""
        shown, at = [], start
        for begin, end in self.spans(text):
            if end > start:
                shown += [text[at:begin], MASK]
                at = end
        return "".join([*shown, text[at:]])


def without_word(text: str, word: str) -> str:
    """The text without a word that stands alone: a key such as `ollama` is also part of names."""
    return re.sub(_ALONE.format(re.escape(word)), MASK, text)


def in_server_words(text: str) -> str:
    """A server's words, with keys of all known makes masked."""
    for pattern, replacement in _SAID:
        text = pattern.sub(replacement, text)
    shown, at = [], 0
    for start, end in sorted(_marked(text)):
        if start >= at:
            shown += [text[at:start], MASK]
            at = end
    return "".join([*shown, text[at:]])


def in_address(text: str) -> str:
    """A refused address, with possible secrets masked."""
    return _LONG_WORD.sub(MASK, _USER.sub(f"//{MASK}@", text))


def is_named(name: str) -> bool:
    """Whether a parameter's name means that its value is a secret."""
    return bool(_NAME.search(name))


def find(text: str, *, is_id: bool = False) -> Iterator[tuple[int, int]]:
    """The positions of whatever looks like a key; they may overlap. Ids may look random but are not keys."""
    yield from _marked(text)
    for token in () if is_id else _TOKEN.finditer(text):
        if any(map(_looks_random, _PART.findall(token[0]))):
            yield token.span()


def _marked(text: str) -> Iterator[tuple[int, int]]:
    """Keys with a recognizable prefix or name."""
    for found in _MARKED.finditer(text):
        yield found.span(found.lastgroup or 0)
    for block in _BLOCK.finditer(text):
        end = text.find("-----END", block.end())
        stop = text.find("-----", end + 8) if end >= 0 else -1
        yield block.start(), stop + 5 if stop >= 0 else len(text)
        if stop < 0:
            break


def _looks_random(part: str) -> bool:
    """Whether letters and digits are mixed as in no written word."""
    digits = sum(character.isdigit() for character in part)
    return len(part) >= SHORTEST_RANDOM and 3 <= digits < len(part)
