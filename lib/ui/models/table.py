"""The models page: one table to search and filter, and the details of the selected model."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from lib import app
from lib.domain.models.capabilities import LABELS, Capabilities
from lib.domain.models.connection import Connection
from lib.domain.models.info import ModelInfo
from lib.domain.models.models import KINDS, OTHER_VENDOR, Preference
from lib.domain.models.prices import Price
from lib.domain.reply.error_words import WORDS
from lib.domain.reply.errors import ChatError
from lib.domain.text.markdown.literal import code, literal, md
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext
from lib.ui.kit import errors
from lib.ui.models import details
from lib.ui.state import person
from lib.ui.state.person import library
from lib.ui.state.session import Session

COLUMNS = {
    "choice": "",
    "model": mark("Model"),
    "vendor": mark("Vendor"),
    "kind": mark("Kind"),
    "prompt": mark("Prompt ($/1M)"),
    "completion": mark("Answer ($/1M)"),
    "call": mark("Per call ($)"),
    "replies": mark("Replies"),
    "success": mark("Success"),
    "ttft_median": mark("First token (s)"),
    "ttft_p95": mark("First token, 95 % (s)"),
    "tokens_per_second": mark("Tokens/s"),
    "last_error": mark("Last error"),
    "shown": mark("Supports"),
}
"""The columns and their labels, marked for translation."""
_PRICES = ("prompt", "completion", "call")
_TRAFFIC = ("success", "ttft_median", "ttft_p95", "tokens_per_second", "last_error")
PRICES_SECONDS = 0.5
"""How long a page waits for prices that have not been requested before."""
ROWS_SHOWN, TALLEST_PIXELS = 9, 330
"""A longer table scrolls, so that the details below it stay in view."""
ANY = ""
"""The option of a filter that lets everything pass."""


def show(session: Session) -> None:
    """Draw the page."""
    connection = session.connection
    st.title(_("Models"), anchor=False)
    if connection.needs_key:
        st.caption(md(_("The gateway lists its models only with a key. {}"), session.first_steps))
        return
    listed, error = known(connection)
    if error:
        errors.show(error)
    elif not listed:
        st.caption(_("The list of models is still loading, or empty. Reload this page in a moment."))
    if listed:
        found = _filtered(listed)
        of = ngettext("{} of {} model at {}", "{} of {} models at {}", len(listed))
        counts = formats.number(len(found)), formats.number(len(listed))
        st.caption(md(of, *counts, code(connection.base_url)))
        chosen = _choose(found)
        if chosen:
            details.show(chosen)
        elif found:
            st.caption(_("Select a row to see a model's details and set preferences."))


def known(connection: Connection) -> tuple[list[ModelInfo], ChatError | None]:
    """Return a connection's models with everything known about them, and the error if the list is stale."""
    application = app.get()
    listing = application.engine.catalogue.listing(connection)
    own, base_url = library().models, connection.base_url
    prices = application.engine.catalogue.prices(connection, wait_seconds=PRICES_SECONDS)
    preferences, capabilities, traffic = (
        own.preferences(base_url),
        application.store.capabilities.of(base_url),
        own.traffic(),
    )
    listed = [
        ModelInfo(
            model,
            preferences.get(model.id, Preference()),
            prices.get(model.id),
            capabilities.get(model.id, Capabilities()),
            traffic.get(model.id),
        )
        for model in person.offered(listing.models)
    ]
    return listed, listing.error


def _filtered(listed: Sequence[ModelInfo]) -> list[ModelInfo]:
    """Draw the filters; return the models that pass them."""
    with st.container(horizontal=True, vertical_alignment="center", key="model_filters"):
        words = st.text_input(
            _("Search models"),
            key="model_search",
            placeholder=_("Search models"),
            icon=":material/search:",
            label_visibility="collapsed",
            # Otherwise Streamlit forgets it when the person leaves the page.
            persist_state="session",
        )
        vendors = {name: _vendor(name) for name in sorted({info.model.vendor for info in listed})}
        kinds = {kind.value: _(KINDS[kind]) for kind in sorted({info.model.kind for info in listed})}
        vendor = _option(_("Vendor"), "model_vendor", {ANY: _("All vendors"), **vendors})
        kind = _option(_("Kind"), "model_kind", {ANY: _("All kinds"), **kinds})
        with_hidden = st.toggle(_("Show hidden models"), key="model_hidden", persist_state="session")
    return [
        info
        for info in listed
        if all(word in info.model.id.lower() for word in words.lower().split())
        and vendor in (ANY, info.model.vendor)
        and kind in (ANY, info.model.kind)
        and (with_hidden or not info.choice.is_hidden)
    ]


def _option(label: str, key: str, options: Mapping[str, str]) -> str:
    """Draw a filter; `options` are its codes with their labels."""
    chosen = st.selectbox(
        literal(label),
        list(options),
        key=key,
        format_func=lambda code: options[code],
        label_visibility="collapsed",
        width=170,
        persist_state="session",
    )
    return chosen or ANY


def _vendor(name: str) -> str:
    """Return a vendor's name, which is its own in all languages."""
    return _(OTHER_VENDOR) if name == OTHER_VENDOR else name


def _choose(listed: list[ModelInfo]) -> ModelInfo | None:
    """Draw the table; return the model of the selected row."""
    if not listed:
        st.caption(_("No model matches this search."))
        return None
    rows = table(listed)
    # The rows are part of the key: a selected row must not become another model when the filter changes.
    key = f"models-{hash(tuple(info.model.id for info in listed))}"
    state = st.dataframe(
        rows,
        height=TALLEST_PIXELS if len(listed) > ROWS_SHOWN else "content",
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        column_order=_columns(listed),
        column_config={name: _column(name, _(label) if label else "") for name, label in COLUMNS.items()},
    )
    chosen = state["selection"]["rows"]
    return listed[chosen[0]] if chosen and chosen[0] < len(listed) else None


def table(listed: Sequence[ModelInfo]) -> pd.DataFrame:
    """Return the models as a table; unknown figures are missing values."""
    return pd.DataFrame([_record(info) for info in listed], columns=list(COLUMNS))


def _columns(listed: Sequence[ModelInfo]) -> list[str]:
    """Return the columns that have content: no prices if none are known."""
    prices = [info.price for info in listed if info.price]
    empty = {name for name in _PRICES if all(getattr(price, name) is None for price in prices)}
    if not any(info.traffic for info in listed):
        empty |= {"replies", *_TRAFFIC}
    if not any(info.capabilities.checked_at for info in listed):
        empty.add("shown")
    return [name for name in COLUMNS if name not in empty]


def _record(info: ModelInfo) -> Mapping[str, object]:
    price, traffic = info.price or Price(), info.traffic
    record = {
        "choice": _mark(info.choice),
        "model": info.model.id,
        "vendor": _vendor(info.model.vendor),
        "kind": _(KINDS[info.model.kind]),
        "prompt": price.prompt,
        "completion": price.completion,
        "call": price.call,
        "shown": [_(label) for name, label in LABELS.items() if name in info.capabilities.shown],
        "replies": traffic.replies if traffic else 0,
    }
    if traffic:
        record |= {
            "success": None if traffic.success_rate is None else traffic.success_rate * 100,
            "ttft_median": _seconds(traffic.ttft_median_ms),
            "ttft_p95": _seconds(traffic.ttft_p95_ms),
            "tokens_per_second": traffic.tokens_per_second,
            "last_error": _words(traffic.last_error),
        }
    return record


def _mark(choice: Preference) -> str:
    return "".join(
        sign
        for sign, is_on in (("◆", choice.is_default), ("★", choice.is_favourite), ("–", choice.is_hidden))
        if is_on
    )


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000


def _words(category: str | None) -> str | None:
    """Return a kind of error in words."""
    known = WORDS.get(category or "")
    return _(known.title) if known else category


def _column(name: str, label: str) -> ColumnConfig:
    number = st.column_config.NumberColumn
    match name:
        case "choice":
            return st.column_config.Column(label, width=40, help=_("◆ default, ★ favourite, – hidden"))
        case "model":
            return st.column_config.Column(label, width=230)
        case "prompt" | "completion":
            return number(label, format="%.4g", help=_("USD per million tokens"))
        case "call":
            return number(label, format="%.4g")
        case "success":
            return number(label, format="%.0f %%", help=_("The share of replies that did not fail"))
        case "ttft_median":
            return number(label, format="%.2f", help=_("Median time to the first token"))
        case "ttft_p95":
            return number(label, format="%.2f", help=_("19 of 20 replies began sooner"))
        case "tokens_per_second":
            return number(label, format="%.0f")
        case "shown":
            return st.column_config.ListColumn(label, width=200)
        case _:
            return st.column_config.Column(label)
