"""A deck as a page for whoever has the link."""

import re
from datetime import UTC, datetime

from lib.domain.comparison.decks import Deck, Prompt
from lib.report import deck

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def page(*prompts: Prompt, title: str = "Tour", system_prompt: str = "") -> str:
    made = Deck("1" * 32, title, NOW, NOW, system_prompt=system_prompt, prompts=prompts)
    return deck.html(made, lambda _: None, maker="SynStar Chat", keys=["sk-our-own-0123456789"])


def test_it_shows_the_prompts_in_order_and_no_notes() -> None:
    text = page(
        Prompt("1", "What is **tea**?", notes="Smile."),
        Prompt("2", "And coffee?", system_prompt="Be brief."),
        system_prompt="Be kind.",
    )
    places = [text.index(each) for each in ("<h1>Tour", "Be kind.", "What is", "And coffee?", "Be brief.")]
    assert places == sorted(places)
    assert "2 prompts" in text
    assert "Smile." not in text


def test_what_is_private_is_masked_everywhere() -> None:
    text = page(
        Prompt("1", "Write to one@example.com with sk-our-own-0123456789"),
        Prompt("2", "And again to one@example.com", system_prompt="Ask http://wiki.internal/"),
        title="For one@example.com",
    )
    for secret in ("one@example.com", "sk-our-own", "wiki.internal"):
        assert secret not in text
    assert len(set(re.findall(r"\[[^\]]*1\]", text))) == 3


def test_it_runs_and_loads_nothing() -> None:
    text = page(Prompt("1", "<script>alert(1)</script> ![](http://evil.example/x.png)"), title="<b>Bold</b>")
    assert "<script" not in text
    assert "<img" not in text
    assert "<b>Bold" not in text
    assert "default-src 'none'" in text
