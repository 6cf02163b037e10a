"""Figures equal what the gateway sent: computed here from what it was told to send."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lib.domain.reply.wording import money
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, error, stream
from tests.scripted_gateway.replies import Script
from tests.server.compare_page import compare, has_ended, has_figures, lines, table

TIMES = "First token", "Total time"
LATE_SECONDS = 0.8
"""How much later than scripted a busy machine may send or see a token."""
MODEL_RATIO, COMPLETION_RATIO = {"model-a": 1.0, "model-b": 20.0}, 3


@dataclass(frozen=True, slots=True)
class Scripted:
    """A reply as the gateway is told to send it."""

    tokens: int
    ttft: float
    delay: float

    @property
    def script(self) -> Script:
        return stream(*["word "] * self.tokens, ttft=self.ttft, delay=self.delay)

    @property
    def lasts(self) -> float:
        """Seconds from the first token to the last."""
        return (self.tokens - 1) * self.delay

    def cost(self, model: str, prompt_tokens: int) -> float:
        """In USD: a million prompt tokens cost twice the ratio, as New API counts."""
        prompt_price = MODEL_RATIO[model] * 2 / 1e6
        return prompt_tokens * prompt_price + self.tokens * prompt_price * COMPLETION_RATIO


A, B, C = Scripted(60, 0.4, 0.03), Scripted(40, 0.1, 0.03), Scripted(30, 0.2, 0.08)


@pytest.fixture(scope="module")
def gateway() -> Iterator[ScriptedGateway]:
    """A gateway that tells prices."""
    entries = [
        {"model_name": model, "quota_type": 0, "model_ratio": ratio, "completion_ratio": COMPLETION_RATIO}
        for model, ratio in MODEL_RATIO.items()
    ]
    with ScriptedGateway() as running:
        running.answer_page("/api/pricing", error(200, {"data": entries}))
        yield running


@pytest.fixture(scope="module")
def priced(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app before that gateway."""
    with AppServer(tmp_path_factory.mktemp("priced") / "data", gateway.base_url) as running:
        yield running


def wait_for_prices(tab: PageSocket) -> None:
    """Wait until the estimate before a run has a cost: prices are asked for when a page is opened."""
    tab.wait_until_idle()
    if "$" not in tab.text:
        tab.set_number("repeats", 1)
        tab.wait_for(lambda: "$" in tab.text, "A cost")
        tab.wait_until_idle()


def seconds(words: str) -> float:
    """A time in the table, such as `0.45 s fastest`."""
    return float(words.partition(" s")[0])


def test_table_and_lines_equal_what_was_sent(gateway: ScriptedGateway, priced: AppServer) -> None:
    prompt, prompt_tokens = "Count to many", 3 + 4
    scripted = {"model-a": A, "model-b": B, "model-c": C}
    gateway.when(prompt, by_model(model_a=A.script, model_b=B.script, model_c=C.script))
    with compare(priced, "models=model-a,model-b,model-c") as tab:
        wait_for_prices(tab)
        tab.ask(prompt)
        tab.wait_for(lambda: has_figures(tab), "The table")
        tab.wait_until_idle()
        rows = {row.name: row for row in table(tab)}
        shown = dict(zip(scripted, lines(tab), strict=True))
        assert "Tokens are as the gateway reported them." in tab.text
        assert tab.text.count("/api/pricing") == 1
    for at, (model, sent) in enumerate(scripted.items()):
        cells, line = rows[model].cells, shown[model]
        assert sent.ttft <= seconds(cells[TIMES[0]]) + 0.005 <= sent.ttft + LATE_SECONDS
        whole = sent.ttft + sent.lasts
        assert whole <= seconds(cells[TIMES[1]]) + 0.005 <= whole + LATE_SECONDS
        assert int(cells["Tokens/s"]) == pytest.approx(sent.tokens / sent.lasts, rel=0.35)
        assert cells["Tokens"].split()[0] == str(sent.tokens)
        first, rate, tokens, cost = line.split(" · ")
        assert first == f"first token {cells[TIMES[0]]}"
        assert rate == f"{cells['Tokens/s']} tokens/s"
        assert tokens == f"{sent.tokens} tokens"
        assert cost == (cells["Cost"].split()[0] if model in MODEL_RATIO else "cost unknown")
        assert rows[model].colour == at
        longest = max(other.tokens for other in scripted.values())
        assert rows[model].bars["Tokens"] == pytest.approx(100 * sent.tokens / longest, abs=0.01)
    for model in MODEL_RATIO:
        told = rows[model].cells["Cost"].split()[0]
        assert told == money(scripted[model].cost(model, prompt_tokens))
    assert rows["model-c"].cells["Cost"] == "–"
    assert rows["model-a"].cells["Cost"].endswith("cheapest")
    assert rows["model-b"].cells["Total time"].endswith("fastest")
    assert rows["model-c"].cells["Tokens"].endswith("fewest tokens")


def test_while_they_run_the_lines_tell_time_tokens_and_cost_as_far_as_known(
    gateway: ScriptedGateway, priced: AppServer
) -> None:
    prompt, gate = "Half of it first", Gate()
    words = ["four "] * 24  # five characters each: 30 tokens by the rule of thumb
    guessed = stream(*words, delay=0.02, hold=gate, hold_after=23)
    told = stream(*words, delay=0.02, hold=gate, hold_after=23, usage="every")
    gateway.when(prompt, by_model(model_a=guessed, model_b=told))
    rate, cost = r"(≈ )?\d+ tokens/s", r"(≈ )?\$0\.\d+"
    running = re.compile(rf"first token 0\.\d\d s · {rate} · (≈ )?(\d+) tokens · {cost}")
    with compare(priced, "models=model-a,model-b") as tab:
        wait_for_prices(tab)
        tab.ask(prompt)
        found: list[re.Match[str] | None] = []

        def are_there() -> bool:
            found[:] = [running.fullmatch(line) for line in lines(tab)]
            counts = [int(one[3]) for one in found if one]
            return len(counts) == 2 and min(counts) >= 23

        tab.wait_for(are_there, "Both lines")
        assert [bool(one and one[2] and one[4]) for one in found] == [True, False]
        gate.open()
        tab.wait_for(lambda: all("24" in line and has_ended(line) for line in lines(tab)), "The end")
        tab.wait_until_idle()


def test_repeats_are_told_with_their_spread_in_cost_too(gateway: ScriptedGateway, priced: AppServer) -> None:
    prompt, left = "Twice", {"model-a": [10, 20], "model-b": [10, 20]}
    gateway.when(prompt, lambda received: stream(*["w "] * left[received.body["model"]].pop(0))(received))
    with compare(priced, "models=model-a,model-b") as tab:
        wait_for_prices(tab)
        tab.set_number("repeats", 2)
        tab.wait_until_idle()
        tab.ask(prompt)
        tab.wait_for(lambda: has_figures(tab), "The table")
        tab.wait_for(lambda: [row.cells["Answers"] for row in table(tab)] == ["2", "2"], "All answers")
        tab.wait_until_idle()
        [row, _] = table(tab)
    prompt_tokens, million = 1 + 4, 1e6
    low, high = ((prompt_tokens + tokens * COMPLETION_RATIO) * 2 / million for tokens in (10, 20))
    assert row.cells["Cost"] == f"{money((low + high) / 2)} cheapest ({money(low)} – {money(high)})"


def test_the_estimate_before_a_run_and_the_question_above_the_ceiling_tell_tokens_and_cost(
    gateway: ScriptedGateway, priced: AppServer
) -> None:
    with compare(priced, "models=model-a,model-c&prompt=" + "Tell+me.+" * 100) as tab:
        wait_for_prices(tab)
        assert re.search(r"2 answers: ≈ [\d,]+ tokens, \$0\.\d+ \(1 price unknown\)", tab.text)
        tab.set_number("repeats", 10)
        tab.wait_until_idle()
        tab.ask("A long story. " * 2000)
        tab.wait_for(lambda: bool(re.search(r"about \*\*[\d,]+ tokens, \$0\.\d+ \(1", tab.text)), "Both")
        tab.wait_until_idle()
    assert not any("A long story" in request.prompt for request in gateway.requests)
