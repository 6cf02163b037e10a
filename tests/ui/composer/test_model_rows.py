"""What the model picker is told of a model."""

from lib.domain.models.capabilities import Capabilities, Capability
from lib.domain.models.models import Model, ModelKind
from lib.domain.models.prices import Price
from lib.domain.reply.ledger import Traffic
from lib.ui.composer.model_picker.models import row


def test_a_row_has_what_is_known_and_nothing_else() -> None:
    assert row(Model("gpt-4o", None, ModelKind.CHAT), None, None, None) == {
        "id": "gpt-4o",
        "vendor": "OpenAI",
    }
    known = row(
        Model("gpt-4o", None, ModelKind.CHAT, 128_000),
        Price(prompt=2.5, completion=0.0),
        Capabilities(frozenset({Capability.VISION}), frozenset({Capability.REASONING})),
        Traffic("gpt-4o", 3, 3, 0, tokens_per_second=81.6),
    )
    assert known == {
        "id": "gpt-4o",
        "vendor": "OpenAI",
        "prompt": 2.5,
        "completion": 0.0,
        "context": 128_000,
        "speed": 82,
        "sees": True,
    }
