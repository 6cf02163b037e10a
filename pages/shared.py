"""Shared with me: what others here show."""

import streamlit as st

from lib.ui.shared import page as shared_page
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.shell import scheduler, sidebar
from lib.ui.state import session

with scheduler.building():
    tab = session.elsewhere()
    sidebar.show(tab)
    with st.container(key="shared"):
        shared_page.show()
    shell_dialogs.show()
