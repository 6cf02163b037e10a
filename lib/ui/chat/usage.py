"""The token usage table: one row per reply, totals per model and overall, each figure with its source."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from lib.domain.models.prices import Prices, cost_of, price_of, total_spent
from lib.domain.reply.ledger import LedgerRow, totals
from lib.domain.reply.usage import Source
from lib.domain.reply.wording import money, told_as
from lib.domain.text import spreadsheets
from lib.domain.text.markdown.literal import literal, plain

COLUMNS = {
    "time": "Time",
    "conversation": "Conversation",
    "model_requested": "Model asked",
    "model_served": "Model served",
    "prompt_tokens": "Prompt",
    "completion_tokens": "Completion",
    "total_tokens": "Total",
    "cached_tokens": "Cached",
    "reasoning_tokens": "Reasoning",
    "ttft": "First token (s)",
    "duration": "Duration (s)",
    "tokens_per_second": "Tokens/s",
    "finish_reason": "Finish",
    "retries": "Retries",
    "purpose": "For",
    "source": "Source",
    "cost": "Cost ($)",
    "cost_source": "Cost from",
}
_SECONDS = ("ttft", "duration")
_COST = ["cost", "cost_source"]
_COUNTS = ["prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens"]


def table(rows: Sequence[LedgerRow], prices: Prices) -> pd.DataFrame:
    """Return the ledger as a table: one row per reply, oldest first; unknown figures are missing values.

    It has costs, in USD at today's prices, if any price is known.
    """
    columns = [name for name in COLUMNS if prices or name not in _COST]
    frame = pd.DataFrame([_record(row) | _cost(row, prices) for row in rows], columns=columns)
    # pandas' nullable integers: a missing count would turn numpy's into floats.
    return frame.astype(dict.fromkeys(_COUNTS, "Int64"))


def by_model(frame: pd.DataFrame) -> pd.DataFrame:
    """Return replies and tokens per served model, and how many replies have estimated or unknown usage."""
    groups = frame.groupby("model_served", dropna=False, sort=True)
    sums = groups[_COUNTS[:3]].sum()
    sums.insert(0, "replies", groups.size())
    for source in (Source.ESTIMATED, Source.UNKNOWN):
        sums[source.value] = (frame["source"] == source).groupby(frame["model_served"], dropna=False).sum()
    return sums.reset_index()


def show(rows: Sequence[LedgerRow], *, empty: str, prices: Prices) -> None:
    """Draw the totals, the totals per model and the table."""
    if not rows:
        st.caption(literal(empty))
        return
    frame = table(rows, prices)
    _show_totals(rows, prices)
    st.dataframe(
        by_model(frame).rename(columns={**COLUMNS, "replies": "Replies"}).rename(columns=str.capitalize),
        hide_index=True,
        key="usage_by_model",
    )
    st.dataframe(
        frame.iloc[::-1] if frame["retries"].any() else frame.iloc[::-1].drop(columns="retries"),
        hide_index=True,
        key="usage_table",
        placeholder="–",
        column_config={name: _column(name, COLUMNS[name]) for name in frame.columns},
    )
    st.download_button(
        "Download CSV",
        lambda: _as_csv(frame),
        "usage.csv",
        "text/csv",
        key="usage_csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _as_csv(frame: pd.DataFrame) -> str:
    # As objects: otherwise missing integers are written as `<NA>`.
    plain_values = frame.round(6).astype(object).where(frame.notna(), None)
    names = [f"{name}_seconds" if name in _SECONDS else name for name in frame.columns]
    return spreadsheets.to_csv([names, *plain_values.itertuples(index=False)])


def _show_totals(rows: Sequence[LedgerRow], prices: Prices) -> None:
    sums = totals(rows)
    figures = {
        "Replies": sums.replies,
        "Prompt tokens": sums.prompt_tokens,
        "Completion tokens": sums.completion_tokens,
        "Total tokens": sums.total_tokens,
    }
    with st.container(horizontal=True, key="usage_totals"):
        for label, value in figures.items():
            st.metric(literal(label), f"{value:,}")
    notes = [
        f"{count} of {sums.replies} replies {what}"
        for count, what in (
            (sums.estimated, "without reported usage are estimated"),
            (sums.unknown, "received nothing and add no tokens"),
        )
        if count
    ]
    st.caption(literal("; ".join(notes) + "." if notes else "All figures as reported by the gateway."))
    if prices:
        spent = total_spent(rows, prices)
        left_out = f"; no price is known of {spent.unknown} of {len(rows)} replies" if spent.unknown else ""
        st.caption(plain(f"Cost {money(spent.dollars)} at today's prices{left_out}."))


def _record(row: LedgerRow) -> dict[str, object]:
    usage = row.usage
    return {
        "time": row.created_at,
        "conversation": row.conversation,
        "model_requested": row.model_requested,
        "model_served": row.model_served,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "cached_tokens": usage.cached_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "ttft": None if row.ttft_ms is None else row.ttft_ms / 1000,
        "duration": None if row.total_ms is None else row.total_ms / 1000,
        "tokens_per_second": row.tokens_per_second,
        "finish_reason": row.finish_reason or row.state.value,
        "retries": row.retries,
        "purpose": row.purpose,
        "source": told_as(usage),
    }


def _cost(row: LedgerRow, prices: Prices) -> dict[str, object]:
    cost, price = cost_of(row, prices), price_of(row, prices)
    return {"cost": cost, "cost_source": price.source if price and cost is not None else None}


def _column(name: str, label: str) -> ColumnConfig:
    match name:
        case "time":
            return st.column_config.DatetimeColumn(label, format="HH:mm:ss", timezone=st.context.timezone)
        case "conversation":
            return st.column_config.Column(label, width=150)
        case "ttft" | "duration":
            return st.column_config.NumberColumn(label, format="%.2f")
        case "cost":
            return st.column_config.NumberColumn(label, format="%.6f")
        case "tokens_per_second":
            return st.column_config.NumberColumn(label, format="%.1f")
        case _:
            return st.column_config.Column(label)
