"""The details of one model, and its actions."""

from dataclasses import replace

import streamlit as st

from lib import app
from lib.domain.models.capabilities import LABELS, Capabilities
from lib.domain.models.info import ModelInfo
from lib.domain.models.models import ModelKind, Preference
from lib.domain.models.prices import Price
from lib.domain.reply.ledger import Traffic
from lib.domain.reply.wording import counted, price, rate, seconds
from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.i18n.translation import gettext as _
from lib.store.traffic import TRAFFIC_DAYS
from lib.ui.kit import buttons
from lib.ui.kit.labels import show_badge
from lib.ui.models import callbacks


def show(info: ModelInfo) -> None:
    """Draw the details and actions of a model."""
    model, choice = info.model, info.choice
    with st.container(border=True, key="model_details"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(md("**{}**", model.id), width="content")
            for label in (model.vendor, model.kind.value, *_marks(choice)):
                show_badge(plain(label))
        if about := app.get().store.settings.rules().get(model.id).about:
            st.markdown(literal(about))
        _show_actions(model.id, model.kind, choice)
        _fact("Price", _price(info.price))
        _fact("Your traffic", _traffic(info.traffic))
        _fact("Proven capabilities", _capabilities(info.capabilities))


def _marks(choice: Preference) -> list[str]:
    marks = {"default": choice.is_default, "favourite": choice.is_favourite, "hidden": choice.is_hidden}
    return [label for label, is_on in marks.items() if is_on]


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
        for label, icon, changed in _switches(choice):
            st.button(
                literal(label),
                key=f"choose_{icon}-{model}",
                icon=f":material/{icon}:",
                type="tertiary",
                on_click=callbacks.choose,
                args=(model, changed),
            )
        buttons.button(
            _("Examine"),
            f"examine_model-{model}",
            "stethoscope",
            callbacks.open_doctor,
            model,
            kind="tertiary",
        )


def _switches(choice: Preference) -> list[tuple[str, str, Preference]]:
    """Return each possible change: its label, its icon, and the preference that results."""
    is_favourite, is_default, is_hidden = choice.is_favourite, choice.is_default, choice.is_hidden
    return [
        (
            "Remove from favourites" if is_favourite else "Favourite",
            "star",
            replace(choice, is_favourite=not is_favourite),
        ),
        (
            "Remove as default" if is_default else "Make default",
            "flag",
            replace(choice, is_default=not is_default, is_hidden=False),
        ),
        (
            "Show in the picker" if is_hidden else "Hide from the picker",
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
        return md(_(":gray[Not known: this server publishes no price for it.]"))
    if known.call is not None:
        return literal(_("{call} a call, {source}").format(call=price(known.call), source=known.source))
    parts = {"prompt": known.prompt, "completion": known.completion, "cached prompt": known.cached}
    told = [f"{price(value)} {name}" for name, value in parts.items() if value is not None]
    return literal(_("{told} per million tokens, {source}").format(told=", ".join(told), source=known.source))


def _traffic(traffic: Traffic | None) -> Markdown:
    if traffic is None:
        return md(_(":gray[No reply in the last {} days.]"), TRAFFIC_DAYS)
    parts = [f"{counted(traffic.replies, 'reply', 'replies')} in {TRAFFIC_DAYS} days"]
    if traffic.success_rate is not None:
        parts.append(f"{traffic.success_rate:.0%} succeeded")
    if traffic.ttft_median_ms is not None:
        parts.append(f"first token {seconds(traffic.ttft_median_ms)} (p95 {seconds(traffic.ttft_p95_ms)})")
    if traffic.tokens_per_second is not None:
        parts.append(rate(traffic.tokens_per_second))
    if traffic.last_error_at:
        error = (traffic.last_error or "of an unknown kind").replace("_", " ")
        parts.append(f"last error: {error}, {traffic.last_error_at:%d %b %H:%M} UTC")
    return plain(" · ".join(parts))


def _capabilities(capabilities: Capabilities) -> Markdown:
    if capabilities.checked_at is None:
        return md(_(":gray[Nothing yet: the doctor has not examined it.]"))
    told = [
        md(":green-badge[:material/check: {}]", label)
        if name in capabilities.shown
        else md(":gray-badge[:material/close: {}]", label)
        for name, label in LABELS.items()
        if name in capabilities.shown | capabilities.missing
    ]
    return md(_("{} :gray[examined {:%Y-%m-%d}]"), md(" ").join(told), capabilities.checked_at)
