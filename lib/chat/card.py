"""A model's card: all that this installation knows of one model."""

from dataclasses import dataclass

from lib.chat.capabilities import Capabilities
from lib.chat.ledger import Traffic
from lib.chat.models import Choice, Model
from lib.chat.prices import Price


@dataclass(frozen=True, slots=True)
class Card:
    """What the list, the prices, the doctor, the ledger and people say of a model."""

    model: Model
    choice: Choice = Choice()
    price: Price | None = None
    capabilities: Capabilities = Capabilities()
    traffic: Traffic | None = None
