"""The admin page: in the menu of admins only, and refused by the store to anybody else."""

import streamlit as st

from lib.ui.admin import page
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.shell import sidebar
from lib.ui.state import session

# Not under the lock, for which all other pages wait: an admin's sections read much, and are rarely open.
session.wait_for_models()
tab = session.elsewhere()
sidebar.show(tab)
with st.container(key="wide"):
    page.show()
shell_dialogs.show()
