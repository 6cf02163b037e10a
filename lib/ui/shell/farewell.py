"""Leads a page whose sign-in has ended to the sign-in page."""

import streamlit as st

from lib.i18n.translation import gettext as _
from lib.ui.state import person
from lib.web.addresses import address
from lib.web.sign_in.gate import SIGN_IN, SIGNED_IN

# Streamlit's own answer to a refused connection is to try again for ever. So this asks whether the sign-in
# has ended when somebody comes back to a page, and while it is not connected; otherwise the server tells.
_SCRIPT = """
export default function ({ data }) {
  const leave = () => {
    const here = location.pathname + location.search;
    location.replace(data.signIn + "?ended=1&next=" + encodeURIComponent(here));
  };
  const check = () => {
    if (!document.hidden) fetch(data.signedIn).then((answer) => answer.status === 401 && leave(), () => {});
  };
  if (data.isOver) return leave();
  document.addEventListener("visibilitychange", check);
  const page = document.querySelector('[data-testid="stApp"]');
  const isConnected = () => page?.getAttribute("data-test-connection-state") === "CONNECTED";
  const timer = setInterval(() => isConnected() || check(), 2000);
  return () => {
    document.removeEventListener("visibilitychange", check);
    clearInterval(timer);
  };
}
"""
_watch = st.components.v2.component("farewell", js=_SCRIPT)


def show() -> None:
    """Watch whether this page's sign-in ends; if it has, end the script and leave the page."""
    if person.identity() is None:
        return
    is_over = person.is_signed_out()
    where = {"signIn": address(SIGN_IN), "signedIn": address(SIGNED_IN)}
    _watch(data={**where, "isOver": is_over}, key="farewell")
    if is_over:
        st.info(_("You are signed out here."), icon=":material/logout:")
        st.stop()
