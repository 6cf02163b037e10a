"""Figures for Prometheus: how many series there can be, whatever people ask for."""

from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import Reply, State, Timing
from lib.domain.reply.usage import Source, Usage
from lib.web.metrics import MOST_MODELS, OTHER, Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(tabs=lambda: 0, followers=lambda: 0)


def row(model: str, error: ChatError | None = None) -> LedgerRow:
    reply = Reply(
        State.FAILED if error else State.COMPLETED,
        model_requested=model,
        error=error,
        usage=Usage(7, 3, 10, source=Source.ESTIMATED),
        timing=Timing(ttft_ms=120.0),
    )
    return LedgerRow.of(
        reply, reply_id="r", session_id="s", conversation_id="c", created_at=datetime.now(UTC)
    )


def by_model(metrics: Metrics, name: str) -> dict[str, float]:
    """The samples of a metric by the model in their labels."""
    families = text_string_to_metric_families(metrics.counted().decode())
    samples = [sample for family in families for sample in family.samples]
    return {sample.labels["model"]: sample.value for sample in samples if sample.name == name}


def test_each_model_has_figures_of_its_own_up_to_a_limit(metrics: Metrics) -> None:
    for number in range(MOST_MODELS + 20):
        metrics.reply_ended(row(f"model-{number}"), 15.0)
    replies = by_model(metrics, "chat_replies_total")
    assert len(replies) == MOST_MODELS + 1
    assert replies["model-0"] == 1
    assert replies[OTHER] == 20
    assert by_model(metrics, "chat_tokens_total")[OTHER] > 0
    assert by_model(metrics, "chat_time_to_first_token_seconds_count")[OTHER] == 20


def test_a_model_that_does_not_exist_takes_no_place(metrics: Metrics) -> None:
    metrics.reply_ended(row("made-up", ChatError(Category.INVALID_MODEL)), None)
    assert by_model(metrics, "chat_replies_total") == {OTHER: 1}
    metrics.reply_ended(row("model-a", ChatError(Category.TIMEOUT)), None)
    metrics.reply_ended(row("model-a", ChatError(Category.INVALID_MODEL)), None)
    assert by_model(metrics, "chat_replies_total") == {OTHER: 1, "model-a": 2}
