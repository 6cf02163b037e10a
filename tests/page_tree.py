"""The elements of a page as a browser holds them, built from the server's messages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

Place = tuple[int, ...]
"""Where an element stands: the way down from the root, which also sorts as a page reads."""
FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass(frozen=True, slots=True)
class Node:
    """An element, or a block that holds others."""

    run: str
    """The script run that drew it last."""
    fragment: str
    kind: str
    """The element's name in the protocol, `block` for a block."""
    proto: Any

    @property
    def key(self) -> str:
        """The key that the page gave it; empty without one."""
        parts = str(getattr(self.proto, "id", "")).split("-", 2)
        return parts[2] if len(parts) == 3 and parts[2] != "None" else ""


class PageTree:
    """What stands on the page now."""

    def __init__(self) -> None:
        self._nodes: dict[Place, Node] = {}
        self._run = ""
        self._fragments: list[str] = []

    def apply(self, message: ForwardMsg) -> None:
        """Take over one message; what is not of the page's elements changes nothing."""
        match message.WhichOneof("type"):
            case "new_session":
                self._run = message.metadata.run.script_run_id
                self._fragments = list(message.metadata.run.fragment_ids)
            case "delta":
                self._place(tuple(message.metadata.delta_path), message.delta)
            case "script_finished" if message.script_finished in FINISHED:
                self._drop_stale()

    def _place(self, place: Place, delta: Any) -> None:
        if delta.WhichOneof("type") == "add_block":
            self._nodes[place] = Node(self._run, delta.fragment_id, "block", delta.add_block)
        elif delta.WhichOneof("type") == "new_element":
            element = delta.new_element
            kind = element.WhichOneof("type") or "empty"
            for below in [other for other in self._nodes if other[: len(place)] == place]:
                del self._nodes[below]
            self._nodes[place] = Node(self._run, delta.fragment_id, kind, getattr(element, kind))

    def _drop_stale(self) -> None:
        """Elements that the run which ended did not draw again are gone."""
        for place, node in list(self._nodes.items()):
            is_of_run = not self._fragments or node.fragment in self._fragments
            if is_of_run and node.run != self._run:
                del self._nodes[place]

    def nodes(self, *kinds: str) -> list[Node]:
        """The elements of these kinds, or all of them, in the order of the page."""
        return [node for _, node in sorted(self._nodes.items()) if not kinds or node.kind in kinds]

    def find(self, key: str) -> Node | None:
        """The last element or block with this key; `refresh` also finds `refresh-<id>`."""
        found = [node for _, node in sorted(self._nodes.items()) if _is_key(node, key)]
        return found[-1] if found else None

    def keys(self, start: str) -> list[str]:
        """The keys that begin so, in the order of the page."""
        return [node.key for _, node in sorted(self._nodes.items()) if node.key.startswith(start)]

    def texts(self, inside: str = "", *, but: Sequence[str] = ()) -> list[str]:
        """The markdown of the page, or of the last block with the key `inside`, without the blocks `but`."""
        blocks = [place for place, node in sorted(self._nodes.items()) if _is_key(node, inside)]
        root = blocks[-1] if inside and blocks else ()
        if inside and not blocks:
            return []
        return [
            node.proto.body
            for place, node in sorted(self._nodes.items())
            if node.kind in ("markdown", "heading")
            and place[: len(root)] == root
            and not any(_is_key(above, key) for above in self._above(place) for key in but)
        ]

    def _above(self, place: Place) -> Iterator[Node]:
        for length in range(1, len(place)):
            if node := self._nodes.get(place[:length]):
                yield node


def _is_key(node: Node, key: str) -> bool:
    return node.key == key or node.key.startswith(f"{key}-")


def read(markdown: str) -> str:
    """Markdown as it is read: what an escape protects, and nothing of what draws nothing."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown.replace(":small[]", ""))
