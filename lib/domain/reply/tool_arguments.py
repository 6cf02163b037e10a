"""The arguments of a tool call, joined from streamed pieces."""

import re

_SIGN = re.compile(r'\\.|["{}]|\\\Z', re.DOTALL)
_STEPS = {"{": 1, "}": -1}


class ToolArguments:
    """Growing JSON text. However many pieces it has, each is scanned once."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = self._filled = self._depth = 0
        self._is_in_text = self._is_escaped = self._is_broken = False

    def __str__(self) -> str:
        return "".join(self._pieces)

    @property
    def is_whole(self) -> bool:
        """Whether they are a complete JSON object: nothing can follow."""
        return bool(self._filled) and not (self._depth or self._is_in_text or self._is_broken)

    @property
    def is_placeholder(self) -> bool:
        """Whether they are `{}`, with which converters of Anthropic's streams begin: what follows counts."""
        return self._filled == len("{}") and self.is_whole

    def are(self, arguments: str) -> bool:
        """Whether they are equal to `arguments`."""
        return 0 < len(arguments) == self._size and arguments == str(self)

    def add(self, piece: str) -> None:
        """Append a piece."""
        filled = piece.strip()
        if filled:
            is_object = filled.startswith("{")
            if self.is_placeholder and is_object:
                self._pieces.clear()
                self._size = self._filled = 0
            self._is_broken |= self.is_whole or not (self._filled or is_object)
        self._pieces.append(piece)
        self._size += len(piece)
        self._filled += len(filled)
        self._follow(piece)

    def _follow(self, piece: str) -> None:
        start, self._is_escaped = int(self._is_escaped), False
        for sign in _SIGN.findall(piece[start:]):
            if sign == "\\":
                self._is_escaped = True
            elif sign == '"':
                self._is_in_text = not self._is_in_text
            elif sign in _STEPS and not self._is_in_text:
                self._depth += _STEPS[sign]
