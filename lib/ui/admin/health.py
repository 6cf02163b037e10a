"""Whether all is well: the gateway, the database, the processes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.reply.wording import counted
from lib.domain.text.markdown.literal import md
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons
from lib.ui.state import person

LISTING_SECONDS = 5.0
"""How long the gateway has to answer."""
SILENT_SECONDS = 60.0
"""A process that was silent for longer is dead, or about to be found so."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is well or not."""

    title: str
    said: str
    is_well: bool = True


def show() -> None:
    """Draw the section."""
    for check in _checks():
        icon = md(":green[:material/check_circle:]" if check.is_well else ":red[:material/error:]")
        with st.container(gap="xxsmall"):
            st.markdown(md("{} **{}**", icon, check.title))
            st.caption(md("{}", check.said))
    buttons.button(_("Look again"), "look_again", "refresh", _look_again)


def _checks() -> Iterator[Check]:
    yield _gateway()
    application = app.get()
    problem = application.storage_problem or application.engine.problem
    yield Check("Database", str(problem or "What is said is stored."), problem is None)
    now = datetime.now(UTC)
    beats = person.administration().usage.processes().values()
    silent = sum((now - at).total_seconds() > SILENT_SECONDS for at in beats)
    said = f"{counted(len(beats) - silent, 'process runs', 'processes run')} replies."
    yield Check("Processes", said + (f" {silent} more fell silent." if silent else ""), not silent)
    if application.engine.is_stopping:
        yield Check("Server", "It is about to stop, and takes no new messages.", is_well=False)


def _gateway() -> Check:
    application = app.get()
    connection = application.connection
    if connection.needs_key:
        return Check("Gateway", "No key is set. Enter one under “Connection”.", is_well=False)
    listing = application.engine.catalogue.listing(connection)
    if listing.error:
        return Check("Gateway", str(listing.error), is_well=False)
    return Check("Gateway", f"It lists {counted(len(listing.models), 'model', 'models')}.")


def _look_again() -> None:
    application = app.get()
    if not application.connection.needs_key:
        application.engine.catalogue.ask_again(application.connection, wait_seconds=LISTING_SECONDS)
