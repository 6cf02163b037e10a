"""The cost of replies in the usage panel, where the gateway tells its prices."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import picker
from tests.scripted_gateway import ScriptedGateway, error, stream

PRICES = {
    "data": [{"model_name": "model-a", "quota_type": 0, "model_ratio": 50, "completion_ratio": 3}],
    "group_ratio": {"default": 1},
}


@pytest.fixture
def told(gateway: ScriptedGateway) -> None:
    """A gateway that tells its prices, before a page asks for them."""
    gateway.answer_page("/api/pricing", error(200, PRICES))


def usage_of(chat: AppTest, gateway: ScriptedGateway) -> AppTest:
    """Ask two models, then open the usage panel."""
    gateway.enqueue(stream("One", " two", " three"), stream("One", " two"))
    chat.chat_input[0].set_value("First question").run()
    picker(chat).set_value("model-b")
    chat.chat_input[0].set_value("Second question").run()
    return chat.button(key="open_usage").click().run()


@pytest.mark.usefixtures("told")
def test_known_prices_give_a_cost_with_its_source(
    chat: AppTest, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.ui.chat.dialogs.PRICES_SECONDS", 20.0)
    rows = usage_of(chat, gateway).dataframe[1].value.set_index("model_requested")
    priced = rows.loc["model-a"]
    assert (priced["prompt_tokens"], priced["completion_tokens"]) == (6, 3)
    assert priced["cost"] == pytest.approx((6 * 100 + 3 * 300) / 1e6)
    assert priced["cost_source"] == "computed from /api/pricing, group default"
    assert rows.loc["model-b", ["cost", "cost_source"]].isna().all()
    said = "\n".join(caption.value.replace("\\", "") for caption in chat.caption)
    assert "Cost $0.0015 at today's prices; no price is known of 1 of 2 replies." in said


def test_without_prices_there_is_no_column_for_costs(chat: AppTest, gateway: ScriptedGateway) -> None:
    panel = usage_of(chat, gateway)
    assert "cost" not in panel.dataframe[1].value.columns
    assert not any("Cost" in caption.value for caption in panel.caption)
