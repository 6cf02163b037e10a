"""Everything that this installation knows about one model."""

from dataclasses import dataclass

from lib.domain.models.capabilities import Capabilities
from lib.domain.models.models import Model, Preference
from lib.domain.models.prices import Price
from lib.domain.reply.ledger import Traffic


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model's facts from the list, the prices, the doctor, the ledger and people's choices."""

    model: Model
    choice: Preference = Preference()
    price: Price | None = None
    capabilities: Capabilities = Capabilities()
    traffic: Traffic | None = None
