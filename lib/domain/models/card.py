"""A model's card: all that this installation knows of one model."""

from dataclasses import dataclass

from lib.domain.models.capabilities import Capabilities
from lib.domain.models.models import Model, Preference
from lib.domain.models.prices import Price
from lib.domain.reply.ledger import Traffic


@dataclass(frozen=True, slots=True)
class Card:
    """What the list, the prices, the doctor, the ledger and people say of a model."""

    model: Model
    choice: Preference = Preference()
    price: Price | None = None
    capabilities: Capabilities = Capabilities()
    traffic: Traffic | None = None
