"""Orders the pieces of tool calls, however a server uses their index and id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lib.domain.reply.tool_arguments import ToolArguments
from lib.gateway.limits import NAME_CHARACTERS
from lib.gateway.stream.chunks import as_json


@dataclass(slots=True)
class _Open:
    """An unfinished call."""

    number: int
    id: str | None = None
    name: str | None = None
    arguments: ToolArguments = field(default_factory=ToolArguments)


class ToolCalls:
    """Numbers the call of each piece: 0, 1, 2 and so on, in the order in which the calls begin.

    OpenAI sends an index, an id and a name in a call's first piece, and only the index in later ones. Others
    send the index 0 for all calls, or none; send no ids; or repeat id and name with each piece. So a piece
    begins a new call if its index is new, or if it has a name and another id than the known call with its
    index, or, without ids, a name after the previous arguments are complete.
    """

    def __init__(self) -> None:
        self._by_index: dict[int | str, _Open] = {}
        self._by_id: dict[str, _Open] = {}
        self._last: _Open | None = None
        self._count = 0

    def read(self, calls: Any) -> Iterator[tuple[int, str | None, str | None, str]]:
        """Yield number, id, name and arguments of each piece in a delta's `tool_calls`."""
        for call in calls if isinstance(calls, list) else [calls]:
            if isinstance(call, dict):
                kind = call.get("type")
                inner = call.get("function") or call.get(str(kind))
                fields = inner if isinstance(inner, dict) else call
                given = fields.get("arguments", fields.get("input"))
                id_, name = _word(call.get("id")), _word(fields.get("name"))
                is_piece = kind in (None, "function") or fields is call  # not what the server itself ran
                if name or given is not None or (id_ and is_piece):
                    yield from self.add(call.get("index"), id_, name, given)

    def add(
        self, index: Any, id_: str | None, name: str | None, given: Any
    ) -> Iterator[tuple[int, str | None, str | None, str]]:
        """Yield one piece with its number; nothing if it only repeats what is known."""
        arguments = given if isinstance(given, str) else "" if given is None else as_json(given)
        call = self._find(index, id_, name, arguments)
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

    def _find(self, index: Any, id_: str | None, name: str | None, arguments: str) -> _Open | None:
        """The call that a piece belongs to; `None` if it begins one."""
        has_index = isinstance(index, int | str)
        call = self._by_index.get(index) if has_index else self._last
        if id_ and (known := self._by_id.get(id_)):
            # Some servers use one id for all calls of a function: after a complete call, a new index or other
            # arguments begin a new one.
            is_other = (has_index and call is None) or not (
                known.arguments.are(arguments) or known.arguments.is_placeholder
            )
            return None if name and known.arguments.is_whole and is_other else known
        is_other_id = bool(id_ and call and call.id)
        # A piece without a name continues the call of its index; New API's Claude channel sends no index.
        if call is None or not name:
            return None if is_other_id and index is None else call
        if is_other_id:
            return None
        is_another = name != call.name and call.name is not None
        return None if (is_another and not id_) or call.arguments.is_whole else call


def _word(value: Any) -> str | None:
    return value[:NAME_CHARACTERS] if isinstance(value, str) and value else None
