"""The doctor's checks, in the order in which they run."""

from lib.domain.models.capabilities import LABELS, Capability
from lib.domain.models.diagnosis import Cost
from lib.gateway.probes import connection_probes, model_probes
from lib.gateway.probes.probe import Probe, Run


def _ability(
    title: str, run: Run, cost: Cost, capability: Capability, otherwise: str = "", need: str = "chat"
) -> Probe:
    """A check of a capability; if the model lacks it, pages stop offering it."""
    offered = f"The page does not offer {LABELS[capability]} for this model."
    return Probe(capability.value, title, run, (need,), cost, capability, otherwise or offered)


PROBES = (
    Probe("name_resolution", "Name resolution", connection_probes.name_resolution),
    Probe("tls", "TLS", connection_probes.tls, needs=("name_resolution",)),
    Probe("base_url", "Base URL", connection_probes.base_url, needs=("name_resolution", "tls"), cost=Cost(1)),
    Probe("key", "API key", connection_probes.key, needs=("base_url",)),
    Probe("models", "List of models", connection_probes.models, needs=("key",)),
    Probe("chat", "One-token chat", model_probes.chat, needs=("key",), cost=Cost(1, 15)),
    _ability("Streaming", model_probes.streaming, Cost(1, 90), Capability.STREAMING),
    _ability(
        "Usage in the stream",
        model_probes.stream_usage,
        Cost(),
        Capability.STREAM_USAGE,
        "Nothing to do: token counts are estimated, and marked so.",
        need="streaming",
    ),
    _ability("Stop sequences", model_probes.stop, Cost(1, 50), Capability.STOP),
    _ability("Max tokens", model_probes.max_tokens, Cost(1, 40), Capability.MAX_TOKENS),
    _ability(
        "System role",
        model_probes.system_role,
        Cost(1, 50),
        Capability.SYSTEM_ROLE,
        "Say how to answer in the first message, and leave the system prompt empty.",
    ),
    _ability(
        "Vision",
        model_probes.vision,
        Cost(1, 150),
        Capability.VISION,
        "Choose another model to show images to.",
    ),
    _ability(
        "JSON mode",
        model_probes.json_mode,
        Cost(1, 50),
        Capability.JSON_MODE,
        "Ask for JSON in the prompt instead.",
    ),
    _ability("Tools", model_probes.tools, Cost(1, 120), Capability.TOOLS, "Choose another model for tools."),
    _ability("Reasoning", model_probes.reasoning, Cost(1, 300), Capability.REASONING),
    Probe("request_size", "Request size", model_probes.request_size, ("chat",), Cost(1, 25)),
    Probe("clock", "Clock", connection_probes.clock, needs=("base_url",)),
)
"""Costs assume a working server and a model that answers briefly."""


def total_cost() -> Cost:
    """The approximate cost of an examination."""
    return sum((probe.cost for probe in PROBES), Cost())
