"""Files that leave the app: the audit log says who made which."""

import logging
from collections.abc import Callable
from typing import TypeVar

from lib import app
from lib.domain.people.audit import Action
from lib.i18n import locale
from lib.store.database.errors import StoreError
from lib.ui.state.person import actor

Data = TypeVar("Data")
log = logging.getLogger(__name__)


def audited(data: Callable[[], Data], about: str, form: str) -> Callable[[], Data]:
    """Return `data`, which makes the file of a download button, so that each file is written down.

    `about` names what is in the file, `form` its format. Nothing in `data` may ask whose page it is on:
    Streamlit calls it in a thread that knows no page. The language is that of this page nevertheless.
    """
    store, who, reader = app.get().store, actor(), locale.current()

    def made() -> Data:
        try:
            store.audit.record(who, Action.EXPORTED, about, {"as": form})
        except StoreError as error:  # then a file is all that can be saved
            log.warning("An export was not written down. %s", error)
        with locale.using(reader):
            return data()

    return made
