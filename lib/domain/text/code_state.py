"""Whether a growing markdown text is inside code, where tags and pictures are only quoted."""

_FENCES = ("```", "~~~")
LONGEST_LINE = 2000
"""How many characters of the last line are examined."""


class CodeState:
    """Takes the text in any pieces. It is analysed only when somebody asks."""

    def __init__(self) -> None:
        self._unseen: list[str] = []
        self._is_fenced = False
        self._line = ""

    def feed(self, text: str) -> None:
        """Add more text."""
        self._unseen.append(text)

    @property
    def is_code(self) -> bool:
        """Whether the next text is code: in a fence, or after an odd number of backticks in its line."""
        self._look()
        return self._is_fenced or self._line.count("`") % 2 == 1

    @property
    def last(self) -> str:
        """The last character so far; empty at the start of a line."""
        self._look()
        return self._line[-1:]

    def _look(self) -> None:
        *ended, line = (self._line + "".join(self._unseen)).split("\n")
        self._unseen.clear()
        for each in ended:
            self._is_fenced ^= each.lstrip().startswith(_FENCES)
        self._line = line[-LONGEST_LINE:]
