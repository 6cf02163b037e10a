"""Decks: lists of prompts, and their runs over several models."""

import streamlit as st

from lib.ui.decks import editor as deck_editor
from lib.ui.decks import overview as deck_overview
from lib.ui.decks import run as deck_run
from lib.ui.decks import setup as deck_setup
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.shell import outage, scheduler
from lib.ui.state import session
from lib.ui.state.comparison import comparison as comparison_state
from lib.ui.state.comparison import decks

session.wait_for_models()  # before the page takes the lock, for which all others wait
comparison_state.wait_for_prices()
tab = session.elsewhere()
with scheduler.building():
    state = decks.current()
    deck_overview.show_sidebar(state, tab)
    outage.show_in_its_place(tab)
    deck_overview.show_refusals(state)
    with st.container(key="deck_page"):
        if state.run:
            deck_run.show(state, tab)
        elif state.deck:
            deck_editor.show(state, tab)
        else:
            deck_overview.show_empty()
    deck_setup.show_question(state, tab)
    shell_dialogs.show()
