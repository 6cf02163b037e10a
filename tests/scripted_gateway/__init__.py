"""A real HTTP server on loopback that answers as a test scripts it."""

from tests.scripted_gateway.gateway import ScriptedGateway
from tests.scripted_gateway.replies import (
    Gate,
    Received,
    Script,
    by_model,
    deltas,
    drawing,
    error,
    hang_up,
    raw,
    silence,
    stream,
)

__all__ = [
    "Gate",
    "Received",
    "Script",
    "ScriptedGateway",
    "by_model",
    "deltas",
    "drawing",
    "error",
    "hang_up",
    "raw",
    "silence",
    "stream",
]
