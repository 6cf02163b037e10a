"""A language for tests: English with accents, longer and in brackets, so that what was forgotten is seen.

Browsers get it by asking for `en-XA`, the name that Unicode reserves for this; no menu offers it.
"""

import re
from gettext import NullTranslations

PSEUDO = "en_XA"
OPEN, CLOSE = "⟦", "⟧"
"""Around each text that has been translated."""
_ACCENTED = str.maketrans("aeinouycAEINOUYC", "áéíñóúýçÁÉÍÑÓÚÝÇ")
_KEPT = re.compile(r"(\{[^}]*\}|`[^`]*`|:[a-z_-]+(?:/\w+)?[:\[]|\]\([^)]*\)|<[^>]*>|&\w+;)")
"""What is no word: placeholders, code, Streamlit's directives, links and tags."""


class PseudoTranslations(NullTranslations):
    """Makes its translations up."""

    def gettext(self, message: str) -> str:
        """Return the message as a language would have it that is a third longer than English."""
        parts = _KEPT.split(message)
        accented = "".join(part if at % 2 else part.translate(_ACCENTED) for at, part in enumerate(parts))
        return f"{OPEN}{accented}{'~' * (len(message) // 3)}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a count."""
        return self.gettext(msgid1 if n == 1 else msgid2)
