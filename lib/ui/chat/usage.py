"""The token usage table: one row per reply, totals per model and overall, each figure with its source."""

from collections.abc import Iterator, Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from lib.domain.conversation.conversations import shown_title
from lib.domain.models.prices import Prices, cost_of, price_of, source_of, total_spent
from lib.domain.reply.ledger import LedgerRow, Totals, totals
from lib.domain.reply.usage import SOURCES, Source
from lib.domain.reply.wording import STATES, money, told_as
from lib.domain.text import spreadsheets
from lib.domain.text.markdown.literal import literal, plain
from lib.domain.text.sentences import joined
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext

COLUMNS = {
    "time": mark("Time"),
    "conversation": mark("Conversation"),
    "model_requested": mark("Model asked"),
    "model_served": mark("Model served"),
    "prompt_tokens": mark("Prompt tokens"),
    "completion_tokens": mark("Completion tokens"),
    "total_tokens": mark("Total"),
    "cached_tokens": mark("Cached"),
    "reasoning_tokens": mark("Reasoning"),
    "ttft": mark("First token (s)"),
    "duration": mark("Duration (s)"),
    "tokens_per_second": mark("Tokens/s"),
    "finish_reason": mark("End"),
    "retries": mark("Retries"),
    "purpose": mark("Purpose"),
    "source": mark("Source"),
    "cost": mark("Cost ($)"),
    "cost_source": mark("Cost from"),
    "replies": mark("Replies"),
    "estimated": mark("Estimated"),
    "unknown": mark("Unknown"),
}
"""The columns of both tables with their labels."""
PURPOSES = {
    "reply": mark("reply"),
    "temporary": mark("temporary chat"),
    "title": mark("title"),
    "transcription": mark("transcription"),
}
_SECONDS = ("ttft", "duration")
_COST = ["cost", "cost_source"]
_OF_A_REPLY = list(COLUMNS)[: list(COLUMNS).index("replies")]
_COUNTS = ["prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens"]


def table(rows: Sequence[LedgerRow], prices: Prices) -> pd.DataFrame:
    """Return the ledger as a table: one row per reply, oldest first; unknown figures are missing values.

    It has costs, in USD at today's prices, if any price is known.
    """
    columns = [name for name in _OF_A_REPLY if prices or name not in _COST]
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
    _show_table(by_model(frame), "usage_by_model")
    shown = _in_words(frame.iloc[::-1])
    _show_table(shown if frame["retries"].any() else shown.drop(columns="retries"), "usage_table")
    st.download_button(
        _("Download CSV"),
        lambda: _as_csv(frame),
        "usage.csv",
        "text/csv",
        key="usage_csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _show_table(frame: pd.DataFrame, key: str) -> None:
    labels = {name: _column(name, _(COLUMNS[name])) for name in frame.columns}
    st.dataframe(frame, hide_index=True, key=key, placeholder="–", column_config=labels)


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with words in place of codes."""
    words = {"purpose": _purpose, "source": _source, "finish_reason": _end}
    return frame.assign(**{name: frame[name].map(translate) for name, translate in words.items()})


def _purpose(code: str) -> str:
    return _(PURPOSES.get(code, code))


def _end(code: str) -> str:
    """Return how a reply ended; a server's own word for it stays."""
    return _(STATES[code]) if code in STATES else code


def _source(code: str) -> str:
    source, doubt, _rest = code.partition(", ")
    words = _(SOURCES[Source(source)])
    return _("{source}, do not add up").format(source=words) if doubt else words


def _as_csv(frame: pd.DataFrame) -> str:
    # As objects: otherwise missing integers are written as `<NA>`.
    plain_values = frame.round(6).astype(object).where(frame.notna(), None)
    names = [f"{name}_seconds" if name in _SECONDS else name for name in frame.columns]
    return spreadsheets.to_csv([names, *plain_values.itertuples(index=False)])


def _show_totals(rows: Sequence[LedgerRow], prices: Prices) -> None:
    sums = totals(rows)
    figures = {
        _("Replies"): sums.replies,
        _("Prompt tokens"): sums.prompt_tokens,
        _("Completion tokens"): sums.completion_tokens,
        _("Total tokens"): sums.total_tokens,
    }
    with st.container(horizontal=True, key="usage_totals"):
        for label, value in figures.items():
            st.metric(plain(label), formats.number(value))
    st.caption(literal(joined(_doubts(sums))))
    if prices:
        st.caption(literal(_spent(rows, prices)))


def _doubts(sums: Totals) -> Iterator[str]:
    counts = {"replies": formats.number(sums.replies)}
    if sums.estimated:
        text = ngettext(
            "{count} of {replies} replies came without reported usage and is estimated.",
            "{count} of {replies} replies came without reported usage and are estimated.",
            sums.estimated,
        )
        yield text.format(count=formats.number(sums.estimated), **counts)
    if sums.unknown:
        text = ngettext(
            "{count} of {replies} replies received nothing and adds no tokens.",
            "{count} of {replies} replies received nothing and add no tokens.",
            sums.unknown,
        )
        yield text.format(count=formats.number(sums.unknown), **counts)
    if not (sums.estimated or sums.unknown):
        yield _("All figures as reported by the gateway.")


def _spent(rows: Sequence[LedgerRow], prices: Prices) -> str:
    spent = total_spent(rows, prices)
    cost = money(spent.dollars)
    if not spent.unknown:
        return _("Cost {cost} at today's prices.").format(cost=cost)
    text = _("Cost {cost} at today's prices; no price is known of {count} of {replies} replies.")
    return text.format(cost=cost, count=formats.number(spent.unknown), replies=formats.number(len(rows)))


def _record(row: LedgerRow) -> dict[str, object]:
    usage = row.usage
    return {
        "time": row.created_at,
        "conversation": _conversation(row),
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


def _conversation(row: LedgerRow) -> str:
    if row.conversation is None:
        return _("Deleted chat")
    return shown_title(row.conversation) if row.is_stored else _("Temporary chat")


def _cost(row: LedgerRow, prices: Prices) -> dict[str, object]:
    cost, price = cost_of(row, prices), price_of(row, prices)
    return {"cost": cost, "cost_source": source_of(price) if price and cost is not None else None}


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
