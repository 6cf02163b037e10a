"""The page of the connection check: what it costs, its progress, and its findings."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.models.diagnosis import Cost, Finding, Verdict, learnt
from lib.domain.models.prices import Price
from lib.domain.reply.wording import money
from lib.domain.text.markdown.literal import Markdown, code, literal, md, plain
from lib.engine.lookups.doctor import Examination
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.composer.model_picker import picker
from lib.ui.kit import buttons
from lib.ui.models import callbacks
from lib.ui.state import widgets
from lib.ui.state.person import may_use, person_id
from lib.ui.state.session import Session

MODEL = "doctor_model"
SILENCE_SECONDS = 0.5
"""How often a page that waits for a check tests whether its tab is still open."""
_SIGNS = {
    Verdict.PASS: md(":green[:material/check_circle:]"),
    Verdict.FAIL: md(":red[:material/cancel:]"),
    Verdict.NOT_SUPPORTED: md(":orange[:material/do_not_disturb_on:]"),
    Verdict.SKIPPED: md(":gray[:material/skip_next:]"),
}
_COUNTS = {
    Verdict.PASS: mark("{} passed"),
    Verdict.FAIL: mark("{} failed"),
    Verdict.NOT_SUPPORTED: mark("{} not supported"),
    Verdict.SKIPPED: mark("{} skipped"),
}
_PENDING, _RUNNING = md(":gray[:material/radio_button_unchecked:]"), md(":blue[:material/pending:]")


def show(session: Session) -> list[DeltaGenerator]:
    """Draw the page; return the places of the checks while an examination runs."""
    doctor, connection = app.get().engine.doctor, session.connection
    st.title(_("Connection check"), anchor=False)
    st.caption(
        md(
            _(
                "Checks {} and one of its models: whether something is wrong and what to do about it, and "
                "what the model can do. The chat page then offers what the model accepts."
            ),
            code(connection.base_url),
        )
    )
    examination = doctor.last(person_id(), connection)
    is_running = examination is not None and not examination.is_closed
    model = _show_controls(session, is_running=is_running)
    price = app.get().engine.catalogue.prices(connection).get(model or "")
    st.caption(_estimate(doctor.cost, price))
    if examination is None:
        st.caption(literal(" · ".join(_(probe.title) for probe in doctor.checks)))
        return []
    _show_summary(examination)
    with st.container(key="checks", gap="xsmall"):
        slots = [st.empty() for _ in doctor.checks]
    _draw(examination, slots, 0)
    return slots if is_running else []


def follow(session: Session, slots: Sequence[DeltaGenerator]) -> None:
    """Draw each finding as it arrives, then rerun the page."""
    examination = app.get().engine.doctor.last(person_id(), session.connection)
    if examination is None:
        return
    seen = len(examination.findings)
    _draw(examination, slots, 0)
    while not examination.is_closed:
        widgets.still_here()
        if examination.wait(seen, SILENCE_SECONDS):
            drawn, seen = seen, len(examination.findings)
            _draw(examination, slots, drawn)
    # The button and the summary above are still those of a running examination.
    st.rerun()


def _show_controls(session: Session, *, is_running: bool) -> str | None:
    """Draw the model picker and the button; return the model."""
    if (asked := widgets.take(callbacks.EXAMINED)) is not None:
        widgets.put(MODEL + picker.CHOSEN, asked)
    chosen, offered = session.conversation.model, session.models
    known = chosen if chosen and may_use(chosen) else next(iter(offered), None)
    with st.container(key="hidden"):
        picker.show_list(session)
    with st.container(horizontal=True, vertical_alignment="center", key="doctor_controls"):
        model = picker.show_one(MODEL, known, disabled=is_running)
        if is_running:
            st.button(
                _("Stop"), key="stop", icon=":material/stop_circle:", on_click=callbacks.stop_examination
            )
        else:
            buttons.button(_("Check"), "examine", "stethoscope", callbacks.examine, model, kind="primary")
    return model


def _estimate(cost: Cost, price: Price | None) -> Markdown:
    counts = formats.number(cost.requests), formats.number(cost.tokens)
    if price is None:
        return md(_("It takes about {} requests and {} tokens; more for a model that thinks."), *counts)
    dollars = price.call * cost.requests if price.call is not None else _dollars(cost.tokens, price)
    return md(
        _("It takes about {} requests and {} tokens, roughly {}; more for a model that thinks."),
        *(*counts, money(dollars)),
    )


def _dollars(tokens: int, price: Price) -> float:
    return tokens * (price.completion or 0.0) / 1_000_000


def _show_summary(examination: Examination) -> None:
    st.markdown(_summary(examination))
    if not examination.is_closed:
        return
    if examination.problem:
        st.error(plain(str(examination.problem)), icon=":material/error:")
    if examination.was_stopped and learnt(examination.findings):
        st.caption(_("A stopped check is not stored: run a whole one to change what the chat page offers."))


def _summary(examination: Examination) -> Markdown:
    """Return what is or was checked, and how often it came to which verdict."""
    model = examination.model
    if not examination.is_closed:
        return md(_("Checking {}…"), model) if model else md(_("Checking the server…"))
    if examination.was_stopped:
        title = (
            md(_("**The check of {} was stopped**"), model) if model else md(_("**The check was stopped**"))
        )
    else:
        title = md(_("**{} was checked**"), model) if model else md(_("**The server was checked**"))
    counts = Counter(finding.verdict for finding in examination.findings)
    told = [_(text).format(counts[verdict]) for verdict, text in _COUNTS.items() if counts[verdict]]
    return md(" · ").join([title, *told])


def _draw(examination: Examination, slots: Sequence[DeltaGenerator], drawn: int) -> None:
    """Draw the findings from index `drawn` on, and the pending checks."""
    checks, findings = app.get().engine.doctor.checks, examination.findings[:]
    for slot, finding in list(zip(slots, findings, strict=False))[drawn:]:
        _draw_row(slot, md("{} **{}**", _SIGNS[finding.verdict], _(finding.title)), _text(finding))
    if not examination.is_closed:
        for number in range(len(findings), len(slots)):
            is_next, title = number == len(findings), _(checks[number].title)
            row = md("{} **{}**" if is_next else "{} :gray[{}]", _RUNNING if is_next else _PENDING, title)
            _draw_row(slots[number], row, md(""))


def _draw_row(slot: DeltaGenerator, title: Markdown, text: Markdown) -> None:
    with slot.container():
        left, right = st.columns([2, 5], gap="small")
        left.markdown(title)
        right.markdown(text)


def _text(finding: Finding) -> Markdown:
    advice = md("  \n:gray[{}]", finding.advice) if finding.advice else ""
    return md("{}{}", finding.meaning, advice)
