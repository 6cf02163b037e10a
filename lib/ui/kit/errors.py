"""Errors on the page: one helpful sentence, and the gateway's own words behind "Details"."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.markdown.literal import literal, md, plain
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError

P = ParamSpec("P")


def show(error: ChatError) -> None:
    """Draw the error where the rest of the reply would be."""
    st.error(md(_("**{}.** {}"), error.title, error.hint), icon=":material/error:")


def show_details(error: ChatError) -> None:
    """Draw the gateway's own words and what its support will ask for; open where only they say the cause."""
    is_vague = error.category is Category.BAD_REQUEST and error.advice is None
    facts = {_("Status {}"): error.status, _("Code {}"): error.code, _("Request ID {}"): error.request_id}
    with st.expander(_("Details"), expanded=is_vague, type="compact"):
        st.code(str(error.what) or _("The server gave no reason."), language=None, wrap_lines=True)
        known = [said.format(value) for said, value in facts.items() if value]
        if known:
            st.caption(plain(" · ".join(known)))


def stored(action: Callable[P, None]) -> Callable[P, None]:
    """Wrap a callback that needs the store: an error of the store becomes a toast."""

    @wraps(action)
    def tried(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            action(*args, **kwargs)
        except StoreError as error:
            st.toast(literal(str(error)), icon=":material/error:")

    return tried
