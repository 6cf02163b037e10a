"""Puts the pieces of tool calls in order, whatever a server says of their index and id."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lib.gateway.stream.chunks import as_json

_SIGN = re.compile(r'\\.|["{}]|\\\Z', re.DOTALL)
_STEPS = {"{": 1, "}": -1}


class _Arguments:
    """The arguments of a call, piece by piece. However many there are, each is looked at once."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self._depth = 0
        self._has_begun = self._is_in_text = self._is_escaped = self._is_broken = False

    @property
    def is_whole(self) -> bool:
        """Whether they are a JSON object: nothing can follow."""
        return self._has_begun and not (self._depth or self._is_in_text or self._is_broken)

    def are(self, arguments: str) -> bool:
        """Whether these are all of them."""
        return 0 < len(arguments) == self._size and arguments == "".join(self._pieces)

    def add(self, piece: str) -> None:
        """One piece more."""
        if piece.strip():
            self._is_broken |= self.is_whole or not (self._has_begun or piece.lstrip().startswith("{"))
            self._has_begun = True
        self._pieces.append(piece)
        self._size += len(piece)
        start, self._is_escaped = int(self._is_escaped), False
        for sign in _SIGN.findall(piece[start:]):
            if sign == "\\":
                self._is_escaped = True
            elif sign == '"':
                self._is_in_text = not self._is_in_text
            elif sign in _STEPS and not self._is_in_text:
                self._depth += _STEPS[sign]


@dataclass(slots=True)
class _Open:
    """A call as far as it has come."""

    number: int
    id: str | None = None
    name: str | None = None
    arguments: _Arguments = field(default_factory=_Arguments)


class ToolCalls:
    """Gives each piece the number of its call: 0, 1, 2 and so on, in the order in which the calls begin.

    OpenAI gives each call an index, an id and a name in its first piece, and the index alone in those that
    follow. Others send the index 0 for all, or none; send no ids; or repeat id and name with each piece. So a
    piece begins a new call when its index is new, or when it brings a name and another id than the call that
    its index is known for, or, where no ids tell, a name when the arguments before it are whole.
    """

    def __init__(self) -> None:
        self._by_index: dict[int | str, _Open] = {}
        self._by_id: dict[str, _Open] = {}
        self._last: _Open | None = None
        self._count = 0

    def read(self, calls: Any) -> Iterator[tuple[int, str | None, str | None, str]]:
        """Number, id, name and arguments of each piece in a delta's `tool_calls`."""
        for call in calls if isinstance(calls, list) else [calls]:
            if isinstance(call, dict):
                function = call.get("function")
                fields = function if isinstance(function, dict) else call
                given = fields.get("arguments", fields.get("input"))
                id_, name = _word(call.get("id")), _word(fields.get("name"))
                if id_ or name or given is not None:
                    yield from self.add(call.get("index"), id_, name, given)

    def add(
        self, index: Any, id_: str | None, name: str | None, given: Any
    ) -> Iterator[tuple[int, str | None, str | None, str]]:
        """One piece, with its number; nothing for one that says again what is known."""
        arguments = given if isinstance(given, str) else "" if given is None else as_json(given)
        call = self._find(index, id_, name)
        if call is None:
            call = _Open(self._count)
            self._count += 1
        elif call.arguments.are(arguments) and call.arguments.is_whole:
            return
        call.id, call.name = call.id or id_, call.name or name
        call.arguments.add(arguments)
        self._last = call
        if isinstance(index, int | str):
            self._by_index[index] = call
        if id_:
            self._by_id[id_] = call
        yield call.number, id_, name, arguments

    def _find(self, index: Any, id_: str | None, name: str | None) -> _Open | None:
        """The call that a piece belongs to; `None` where it begins one."""
        if id_ and (known := self._by_id.get(id_)):
            return known
        call = self._by_index.get(index) if isinstance(index, int | str) else self._last
        is_other_id = bool(id_ and call and call.id)
        if call is None or not name:
            return None if is_other_id and index is None else call
        if is_other_id:
            return None
        is_another = name != call.name and call.name is not None
        return None if (is_another and not id_) or call.arguments.is_whole else call


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
