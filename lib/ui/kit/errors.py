"""Errors on the page: one sentence that helps, the gateway's own words behind "Details"."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.markdown.literal import literal, md, plain
from lib.store.database.errors import StoreError

P = ParamSpec("P")

TITLES = {
    Category.MISSING_KEY: "No API key was sent",
    Category.INVALID_KEY: "The API key was not accepted",
    Category.WRONG_BASE_URL: "This address is not the API",
    Category.INVALID_MODEL: "This model is not available",
    Category.INSUFFICIENT_BALANCE: "The balance is used up",
    Category.RATE_LIMITED: "Too many requests just now",
    Category.CONTEXT_TOO_LONG: "The conversation is too long for this model",
    Category.CONTENT_FILTERED: "The content filter stepped in",
    Category.PERMISSION_DENIED: "This key may not do that",
    Category.BAD_REQUEST: "The request was not accepted",
    Category.TIMEOUT: "No answer in time",
    Category.UPSTREAM_DOWN: "The model's server cannot be reached",
    Category.STREAM_INTERRUPTED: "The reply broke off",
}


def show(error: ChatError) -> None:
    """Draw the error where the rest of the reply would stand."""
    st.error(md("**{}.** {}", TITLES[error.category], error.hint), icon=":material/error:")


def show_details(error: ChatError) -> None:
    """Draw the gateway's own words and what its support asks for, folded."""
    facts = {"Status": error.status, "Code": error.code, "Request id": error.request_id}
    with st.expander("Details", type="compact"):
        st.code(error.message or "The server gave no reason.", language=None, wrap_lines=True)
        known = [f"{name} {value}" for name, value in facts.items() if value]
        if known:
            st.caption(plain(" · ".join(known)))


def stored(action: Callable[P, None]) -> Callable[P, None]:
    """A callback that needs the store: what the store refuses is said in a toast."""

    @wraps(action)
    def tried(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            action(*args, **kwargs)
        except StoreError as error:
            st.toast(literal(str(error)), icon=":material/error:")

    return tried
