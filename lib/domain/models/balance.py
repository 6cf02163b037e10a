"""What is left to spend, as a gateway tells it for a key."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Balance:
    """The rest of a key's own quota; the account behind it may hold less."""

    usd: float | None
    """US dollars; `None` where the key has no limit of its own."""

    def __str__(self) -> str:
        if self.usd is None:
            return "This key has no limit of its own, so it is the account behind it that is empty."
        amount = f"${self.usd:,.2f}" if abs(self.usd) >= 0.01 or not self.usd else f"${self.usd:,.6f}"
        return f"The gateway says that {amount} is left on this key."
