"""What a model was found to support."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lib.i18n.translation import mark


class Capability(StrEnum):
    """Something that one model supports and another refuses."""

    STREAMING = "streaming"
    STREAM_USAGE = "stream_usage"
    STOP = "stop"
    MAX_TOKENS = "max_tokens"
    SYSTEM_ROLE = "system_role"
    VISION = "vision"
    JSON_MODE = "json_mode"
    TOOLS = "tools"
    REASONING = "reasoning"


LABELS = {
    Capability.STREAMING: mark("streaming"),
    Capability.STREAM_USAGE: mark("usage in the stream"),
    Capability.STOP: mark("stop sequences"),
    Capability.MAX_TOKENS: mark("max tokens"),
    Capability.SYSTEM_ROLE: mark("system prompt"),
    Capability.VISION: mark("images"),
    Capability.JSON_MODE: mark("JSON"),
    Capability.TOOLS: mark("tools"),
    Capability.REASONING: mark("reasoning"),
}
"""Names for people, marked for translation."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What was found about one model, and when. A capability in neither set is unknown."""

    shown: frozenset[Capability] = frozenset()
    missing: frozenset[Capability] = frozenset()
    checked_at: datetime | None = None

    @classmethod
    def of(cls, found: Mapping[Capability, bool], checked_at: datetime | None) -> "Capabilities":
        """Build it from a yes or no for each capability."""
        shown = frozenset(name for name, is_there in found.items() if is_there)
        return cls(shown, frozenset(found) - shown, checked_at)
