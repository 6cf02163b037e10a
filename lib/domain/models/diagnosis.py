"""What the doctor finds: a verdict for each check, what it means and what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lib.domain.models.capabilities import Capability


class Verdict(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    NOT_SUPPORTED = "not supported"
    """It works without: the server or the model does not do this."""
    SKIPPED = "skipped"
    """It could not be told, or another check has to pass first."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What asking takes."""

    requests: int = 0
    tokens: int = 0
    """Prompt and completion together, roughly."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.requests + other.requests, self.tokens + other.tokens)


@dataclass(frozen=True, slots=True)
class Finding:
    """The end of one check."""

    name: str
    title: str
    verdict: Verdict
    meaning: str
    """What was seen and what it means, in a sentence or two."""
    advice: str = ""
    """What to do; empty when there is nothing to do."""
    capability: Capability | None = None
    """What of the model this tells about."""
    duration_ms: float = 0.0


def learnt(findings: Iterable[Finding]) -> Mapping[Capability, bool]:
    """A yes or no for each capability that was told; what was skipped tells nothing."""
    told = {Verdict.PASS: True, Verdict.NOT_SUPPORTED: False}
    return {
        finding.capability: told[finding.verdict]
        for finding in findings
        if finding.capability and finding.verdict in told
    }


def has_failed(findings: Iterable[Finding]) -> bool:
    """Whether something is wrong; what is merely not supported is not."""
    return any(finding.verdict is Verdict.FAIL for finding in findings)
