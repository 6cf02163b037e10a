"""Decks: lists of prompts, and their runs over several models."""

import streamlit as st

from lib.ui.compare import page as compare_page
from lib.ui.decks import editor as deck_editor
from lib.ui.decks import overview as deck_overview
from lib.ui.decks import run as deck_run
from lib.ui.decks import setup as deck_setup
from lib.ui.shell import scheduler
from lib.ui.state import comparison as state_comparison
from lib.ui.state import decks, session

session.hear_models()  # before the page's turn: all others wait for that
state_comparison.hear_prices()
tab = session.elsewhere()
with scheduler.building():
    now = decks.current()
    deck_overview.show_sidebar(now, tab)
    compare_page.show_notices(tab)
    deck_overview.show_refusals(now)
    with st.container(key="deck_page"):
        if now.run:
            deck_run.show(now, tab)
        elif now.deck:
            deck_editor.show(now, tab)
        else:
            deck_overview.show_empty()
    deck_setup.show_question(now, tab)
