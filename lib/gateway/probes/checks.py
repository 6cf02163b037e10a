"""The doctor's checks, in the order in which they run."""

from lib.domain.models.capabilities import Capability
from lib.domain.models.diagnosis import Cost
from lib.gateway.probes import connection_probes, model_probes
from lib.gateway.probes.probe import Probe, Run
from lib.i18n.translation import mark


def _ability(
    title: str, run: Run, cost: Cost, capability: Capability, otherwise: str = "", need: str = "chat"
) -> Probe:
    """A check of a capability; if the model lacks it, pages stop offering it."""
    return Probe(capability.value, title, run, (need,), cost, capability, otherwise)


PROBES = (
    Probe("name_resolution", mark("Name resolution"), connection_probes.name_resolution),
    Probe("tls", mark("TLS"), connection_probes.tls, needs=("name_resolution",)),
    Probe(
        "base_url",
        mark("Base URL"),
        connection_probes.base_url,
        needs=("name_resolution", "tls"),
        cost=Cost(1),
    ),
    Probe("key", mark("API key"), connection_probes.key, needs=("base_url",)),
    Probe("models", mark("List of models"), connection_probes.models, needs=("key",)),
    Probe("chat", mark("One-token chat"), model_probes.chat, needs=("key",), cost=Cost(1, 15)),
    _ability(mark("Streaming"), model_probes.streaming, Cost(1, 90), Capability.STREAMING),
    _ability(
        mark("Usage in the stream"),
        model_probes.stream_usage,
        Cost(),
        Capability.STREAM_USAGE,
        mark("Nothing to do: token counts are estimated, and marked so."),
        need="streaming",
    ),
    _ability(mark("Stop sequences"), model_probes.stop, Cost(1, 50), Capability.STOP),
    _ability(mark("Max tokens"), model_probes.max_tokens, Cost(1, 40), Capability.MAX_TOKENS),
    _ability(
        mark("System role"),
        model_probes.system_role,
        Cost(1, 50),
        Capability.SYSTEM_ROLE,
        mark("Say how to answer in the first message, and leave the system prompt empty."),
    ),
    _ability(
        mark("Vision"),
        model_probes.vision,
        Cost(1, 150),
        Capability.VISION,
        mark("Choose another model to show images to."),
    ),
    _ability(
        mark("JSON mode"),
        model_probes.json_mode,
        Cost(1, 50),
        Capability.JSON_MODE,
        mark("Ask for JSON in the prompt instead."),
    ),
    _ability(
        mark("Tools"),
        model_probes.tools,
        Cost(1, 120),
        Capability.TOOLS,
        mark("Choose another model for tools."),
    ),
    _ability(mark("Reasoning"), model_probes.reasoning, Cost(1, 300), Capability.REASONING),
    Probe("request_size", mark("Request size"), model_probes.request_size, ("chat",), Cost(1, 25)),
    Probe("clock", mark("Clock"), connection_probes.clock, needs=("base_url",)),
)
"""Costs assume a working server and a model that answers briefly."""


def total_cost() -> Cost:
    """The approximate cost of an examination."""
    return sum((probe.cost for probe in PROBES), Cost())
