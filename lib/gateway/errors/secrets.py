"""Masks what looks like a key in the words of a server."""

import re

_SECRETS = (
    (re.compile(r"(?i)\bbearer\s+[^\s\"'<>,;]+"), "Bearer ***"),
    (re.compile(r"(?i)\b(sk|pk|rk|ak|gsk|xai|nvapi|hf)[-_][\w*.…-]*[\w*]"), r"\1-***"),
    (re.compile(r"\bAIza[\w-]{8,}"), "***"),
    (
        re.compile(
            r"(?i)\b(key|token|secret|authorization)( provided)?(\s*[:=]\s*)(?=\S*\d)[^\s,;\"')\]]{12,}"
        ),
        r"\1\2\3***",
    ),
    (re.compile(r"(?i)\b(key|token|令牌)(\W{0,3})[\w-]{32,}"), r"\1\2***"),
)


def masked(text: str) -> str:
    """The text with `***` in place of keys of all known makes."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text
