"""The language between the measurements and their upstream: a prompt says how it is to be answered."""

import re
from dataclasses import dataclass

SENTENCE = (
    "the gateway routes each request to a model and meters what it used so that teams can "
    "compare cost latency and quality side by side before they choose one for production"
)
WORDS = SENTENCE.split()
LONGEST = 200
"""Characters; a longer text only quotes a prompt, as servers do that ask a model for a title."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A scripted reply: so many tokens, at this rate a second (0: as fast as it goes), after `ttft` ms."""

    tokens: int
    """Two at least."""
    rate: float = 0
    ttft: float = 0
    mark: str = ""
    """Stands in the reply's first and last word, so that no other reply is taken for this one."""

    @classmethod
    def parse(cls, text: str) -> "Prompt | None":
        """The prompt that `text` is; `None` for any other text."""
        values = dict(re.findall(r"(tokens|rate|ttft|mark)=([\w.]+)", text))
        if "tokens" not in values or len(text) > LONGEST:
            return None
        rate, ttft = float(values.get("rate", 0)), float(values.get("ttft", 0))
        return cls(int(values["tokens"]), rate, ttft, values.get("mark", ""))

    def __str__(self) -> str:
        return f"tokens={self.tokens} rate={self.rate:g} ttft={self.ttft:g} mark={self.mark}"

    @property
    def first_word(self) -> str:
        return f"Alphaword{self.mark}"

    @property
    def last_word(self) -> str:
        return f"Omegaword{self.mark}"

    @property
    def seconds(self) -> float:
        """How long the upstream takes for the reply."""
        return self.ttft / 1000 + (self.tokens / self.rate if self.rate else 0)

    def reply(self) -> list[str]:
        """The reply's tokens: prose with a heading, paragraphs, a list and a fence every 240 tokens."""
        between = [_token(at) for at in range(1, self.tokens - 1)]
        return [self.first_word, *between, f" {self.last_word}"][: max(self.tokens, 2)]


def _token(at: int) -> str:
    match at % 240:
        case 0:
            return "\n\n## Section\n\n"
        case 60 | 120:
            return "\n\n"
        case place if 120 < place < 150 and place % 6 == 1:
            return "\n- item"
        case 150:
            return "\n\n```python\n"
        case place if 150 < place < 180 and place % 6 == 0:
            return " pass\n"
        case 180:
            return "\n```\n\n"
    return f" {WORDS[at % len(WORDS)]}"
