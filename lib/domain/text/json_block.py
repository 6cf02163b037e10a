"""JSON from a model, drawn as an indented code block; the stored text does not change."""

FENCE = "```json\n"
INDENT = "  "
DEEPEST = 40
"""Levels of indentation: hostile JSON may go one level deeper with each line."""
_OPENING, _CLOSING, _SPACE = "{[", "}]", " \t\r\n"


class JsonBlock:
    """Turns JSON, piece by piece, into markdown that does not depend on how the text was split.

    It changes only white space between tokens; numbers, escapes and the order of keys stay. A text that does
    not begin like an object or a list passes unchanged. The fence stays open: the end of the text closes it.
    """

    def __init__(self) -> None:
        self._is_json: bool | None = None
        """`None` before the first character."""
        self._lead = ""
        self._depth = 0
        self._is_fresh = False
        """Whether a bracket has just opened and nothing follows it yet."""
        self._in_string = self._is_escaped = False

    def feed(self, text: str) -> str:
        """Return the markdown for this piece."""
        if self._is_json is None:
            return self._begin(self._lead + text)
        return "".join(map(self._take, text)) if self._is_json else text

    def _begin(self, text: str) -> str:
        """Hold back white space until it is clear what begins."""
        start = text.lstrip(_SPACE)
        if not start:
            self._lead = text
            return ""
        self._is_json = start[0] in _OPENING
        return FENCE + self.feed(start) if self._is_json else text

    def _take(self, character: str) -> str:
        if self._in_string:
            self._in_string = self._is_escaped or character != '"'
            self._is_escaped = character == "\\" and not self._is_escaped
            return character
        if character in _OPENING:
            return self._open(character)
        if not self._depth:
            return character
        if character in _CLOSING:
            return self._close(character)
        return "" if character in _SPACE else self._put(character)

    def _open(self, bracket: str) -> str:
        before = self._line() if self._is_fresh else ""
        self._depth += 1
        self._is_fresh = True
        return before + bracket

    def _close(self, bracket: str) -> str:
        self._depth -= 1
        before = "" if self._is_fresh else self._line()
        self._is_fresh = False
        return before + bracket

    def _put(self, character: str) -> str:
        before = self._line() if self._is_fresh else ""
        self._is_fresh = False
        self._in_string = character == '"'
        after = {",": self._line(), ":": " "}.get(character, "")
        return before + character + after

    def _line(self) -> str:
        return "\n" + INDENT * min(self._depth, DEEPEST)
