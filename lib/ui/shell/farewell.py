"""Leads a page whose sign-in has ended to the sign-in page."""

import streamlit as st

from lib.ui.state import person
from lib.web.sign_in.gate import SIGN_IN, SIGNED_IN

# Streamlit's own answer to a refused connection is to try again for ever. Coming back to a page is when its
# sign-in has most likely ended; the server tells of the other times.
_SCRIPT = """
export default function ({ data }) {
  const leave = () => {
    const here = location.pathname + location.search;
    location.replace(data.signIn + "?next=" + encodeURIComponent(here));
  };
  const check = () => {
    if (!document.hidden) fetch(data.signedIn).then((answer) => answer.status === 401 && leave(), () => {});
  };
  if (data.isOver) return leave();
  document.addEventListener("visibilitychange", check);
  return () => document.removeEventListener("visibilitychange", check);
}
"""
_watch = st.components.v2.component("farewell", js=_SCRIPT)


def show() -> None:
    """Watch whether this page's sign-in ends; if it has, end the script and leave the page."""
    if person.identity() is None:
        return
    is_over = person.is_signed_out()
    _watch(data={"signIn": SIGN_IN, "signedIn": SIGNED_IN, "isOver": is_over}, key="farewell")
    if is_over:
        st.info("You are signed out here.", icon=":material/logout:")
        st.stop()
