"""Whether all is well: the gateway, the database, the processes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.text.markdown.literal import literal, md
from lib.domain.text.sentences import joined
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
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
        # A word beside the colour and the icon: not everybody sees them.
        well = md(":green[:material/check_circle: {}]", _("OK"))
        sign = well if check.is_well else md(":red[:material/error: {}]", _("Problem"))
        with st.container(gap="xxsmall"):
            st.markdown(md("**{}** · {}", check.title, sign))
            st.caption(literal(check.said))
    buttons.button(_("Check again"), "look_again", "refresh", _look_again)


def _checks() -> Iterator[Check]:
    yield _gateway()
    application = app.get()
    problem = application.storage_problem or application.engine.problem
    yield Check(_("Database"), str(problem or _("Everything that is said is stored.")), problem is None)
    yield _processes()
    if application.engine.is_stopping:
        yield Check(_("Server"), _("It is about to stop, and takes no new messages."), is_well=False)


def _processes() -> Check:
    now = datetime.now(UTC)
    beats = person.administration().usage.processes().values()
    silent = sum((now - at).total_seconds() > SILENT_SECONDS for at in beats)
    runs = len(beats) - silent
    said = [
        ngettext("{} process runs replies.", "{} processes run replies.", runs).format(formats.number(runs))
    ]
    if silent:
        fell = ngettext("{} more has fallen silent.", "{} more have fallen silent.", silent)
        said.append(fell.format(formats.number(silent)))
    return Check(_("Processes"), joined(said), not silent)


def _gateway() -> Check:
    application = app.get()
    connection, title = application.connection, _("Gateway")
    if connection.needs_key:
        return Check(title, _("No key is set. Enter one under “Connection”."), is_well=False)
    listing = application.engine.catalogue.listing(connection)
    if listing.error:
        return Check(title, str(listing.error), is_well=False)
    count = len(listing.models)
    return Check(
        title, ngettext("It lists {} model.", "It lists {} models.", count).format(formats.number(count))
    )


def _look_again() -> None:
    application = app.get()
    if not application.connection.needs_key:
        application.engine.catalogue.ask_again(application.connection, wait_seconds=LISTING_SECONDS)
