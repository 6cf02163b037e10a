"""The details of one model, and its actions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import streamlit as st

from lib import app
from lib.domain.models.capabilities import LABELS, Capabilities
from lib.domain.models.info import ModelInfo
from lib.domain.models.models import KINDS, OTHER_VENDOR, ModelKind, Preference
from lib.domain.models.prices import Price, source_of
from lib.domain.reply.error_words import WORDS
from lib.domain.reply.ledger import Traffic
from lib.domain.reply.wording import price, rate, seconds
from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.store.traffic import TRAFFIC_DAYS
from lib.ui.kit import buttons
from lib.ui.kit.labels import show_badge
from lib.ui.models import callbacks


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of a preference."""

    label: str
    icon: str
    result: Preference


def show(info: ModelInfo) -> None:
    """Draw the details and actions of a model."""
    model, choice = info.model, info.choice
    with st.container(border=True, key="model_details"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(literal(model.id), anchor=False, width="content")
            vendor = _(OTHER_VENDOR) if model.vendor == OTHER_VENDOR else model.vendor
            for label in (vendor, _(KINDS[model.kind]), *_marks(choice)):
                show_badge(plain(label))
        if about := app.get().store.settings.rules().get(model.id).about:
            st.markdown(literal(about))
        _show_actions(model.id, model.kind, choice)
        _fact(_("Price"), _price(info.price))
        _fact(_("Your use"), _traffic(info.traffic))
        _fact(_("Supports"), _capabilities(info.capabilities))


def _marks(choice: Preference) -> Iterator[str]:
    if choice.is_default:
        yield _("Default")
    if choice.is_favourite:
        yield _("Favourite")
    if choice.is_hidden:
        yield _("Hidden")


def _show_actions(model: str, kind: ModelKind, choice: Preference) -> None:
    # The keys contain the model: a click that arrives after another row was selected still means its own
    # model.
    with st.container(horizontal=True, key="model_actions"):
        buttons.button(
            _("Use in a new chat"),
            f"use_model-{model}",
            "edit_square",
            callbacks.use,
            model,
            kind="primary",
            disabled=not kind.chats,
        )
        for switch in _switches(choice):
            buttons.button(
                switch.label,
                f"choose_{switch.icon}-{model}",
                switch.icon,
                callbacks.choose,
                model,
                switch.result,
                kind="tertiary",
            )
        buttons.button(
            _("Check"),
            f"examine_model-{model}",
            "stethoscope",
            callbacks.open_doctor,
            model,
            kind="tertiary",
        )


def _switches(choice: Preference) -> list[Switch]:
    """Return each possible change."""
    is_favourite, is_default, is_hidden = choice.is_favourite, choice.is_default, choice.is_hidden
    return [
        Switch(
            _("Remove from favourites") if is_favourite else _("Add to favourites"),
            "star",
            replace(choice, is_favourite=not is_favourite),
        ),
        Switch(
            _("Remove as default") if is_default else _("Make default"),
            "flag",
            replace(choice, is_default=not is_default, is_hidden=False),
        ),
        Switch(
            _("Show in the list of models") if is_hidden else _("Hide from the list of models"),
            "visibility" if is_hidden else "visibility_off",
            replace(choice, is_hidden=not is_hidden, is_default=False),
        ),
    ]


def _fact(label: str, text: Markdown) -> None:
    left, right = st.columns([1, 7], gap="small")
    left.markdown(md(":gray[{}]", label))
    right.markdown(text)


def _price(known: Price | None) -> Markdown:
    if known is None:
        return md(":gray[{}]", _("Not known: this server publishes no price for it."))
    return plain(" · ".join([*_amounts(known), source_of(known)]))


def _amounts(known: Price) -> Iterator[str]:
    if known.call is not None:
        yield _("{} for each call").format(price(known.call))
        return
    if known.prompt is not None:
        yield _("{} for a million prompt tokens").format(price(known.prompt))
    if known.completion is not None:
        yield _("{} for a million answer tokens").format(price(known.completion))
    if known.cached is not None:
        yield _("{} for a million cached prompt tokens").format(price(known.cached))


def _traffic(traffic: Traffic | None) -> Markdown:
    if traffic is None:
        none = ngettext("No reply in the last {} day.", "No reply in the last {} days.", TRAFFIC_DAYS)
        return md(":gray[{}]", none.format(TRAFFIC_DAYS))
    return plain(" · ".join(_figures(traffic)))


def _figures(traffic: Traffic) -> Iterator[str]:
    count = ngettext("{} reply in {} days", "{} replies in {} days", traffic.replies)
    yield count.format(formats.number(traffic.replies), TRAFFIC_DAYS)
    if traffic.success_rate is not None:
        yield _("{} succeeded").format(formats.percent(traffic.success_rate))
    if traffic.ttft_median_ms is not None:
        first = _("first token after {}, 95 % within {}")
        yield first.format(seconds(traffic.ttft_median_ms), seconds(traffic.ttft_p95_ms))
    if traffic.tokens_per_second is not None:
        yield rate(traffic.tokens_per_second)
    if traffic.last_error_at:
        known = WORDS.get(traffic.last_error or "")
        error = _(known.title) if known else traffic.last_error or _("unknown")
        yield _("last error: {} ({})").format(error, formats.moment(traffic.last_error_at))


def _capabilities(capabilities: Capabilities) -> Markdown:
    if capabilities.checked_at is None:
        return md(":gray[{}]", _("Not known: the connection check has not checked this model."))
    told = [
        md(":green-badge[:material/check: {}]", _(label))
        if name in capabilities.shown
        else md(":gray-badge[:material/close: {}]", _(label))
        for name, label in LABELS.items()
        if name in capabilities.shown | capabilities.missing
    ]
    checked = _("Checked on {}").format(formats.day(formats.local_day(capabilities.checked_at)))
    return md("{} :gray[{}]", md(" ").join(told), checked)
