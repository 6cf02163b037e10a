"""The doctor's findings: a verdict for each check, its meaning and advice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lib.domain.models.capabilities import Capability
from lib.domain.reply.errors import Hint
from lib.domain.text.sentences import Sentence
from lib.i18n.translation import Lazy, mark

Text = str | Lazy | Sentence | Hint
"""A text that each reader gets in their own language; a `str` is what a server said."""


class Verdict(StrEnum):
    """The result of a check."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    NOT_SUPPORTED = "not supported"
    """Harmless: the server or model lacks this feature, but works without it."""
    SKIPPED = "skipped"
    """It could not be determined, or another check has to pass first."""


VERDICTS = {
    Verdict.PASS: mark("passed"),
    Verdict.FAIL: mark("failed"),
    Verdict.NOT_SUPPORTED: mark("not supported"),
    Verdict.SKIPPED: mark("skipped"),
}
"""Names for people, marked for translation."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a check."""

    requests: int = 0
    tokens: int = 0
    """Prompt and completion together, roughly."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.requests + other.requests, self.tokens + other.tokens)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    name: str
    title: str
    """Marked for translation."""
    verdict: Verdict
    meaning: Text
    """What was observed and what it means, in a sentence or two."""
    advice: Text | None = None
    """What to do; `None` if nothing needs to be done."""
    capability: Capability | None = None
    """The capability of the model that this decides."""
    duration_ms: float = 0.0


def learnt(findings: Iterable[Finding]) -> Mapping[Capability, bool]:
    """A yes or no for each capability that was decided; a skipped check decides nothing."""
    told = {Verdict.PASS: True, Verdict.NOT_SUPPORTED: False}
    return {
        finding.capability: told[finding.verdict]
        for finding in findings
        if finding.capability and finding.verdict in told
    }


def has_failed(findings: Iterable[Finding]) -> bool:
    """Whether something is wrong; an unsupported feature is not."""
    return any(finding.verdict is Verdict.FAIL for finding in findings)
