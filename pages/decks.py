"""Decks: lists of prompts, and their runs over several models."""

import streamlit as st

from lib.ui import compare, comparing, deck_editor, deck_list, deck_runs, deck_setup, decks, pace, session

session.hear_models()  # before the page's turn: all others wait for that
comparing.hear_prices()
tab = session.elsewhere()
with pace.building():
    now = decks.current()
    deck_list.show_sidebar(now, tab)
    compare.show_notices(tab)
    deck_list.show_refusals(now)
    with st.container(key="deck_page"):
        if now.run:
            deck_runs.show(now, tab)
        elif now.deck:
            deck_editor.show(now, tab)
        else:
            deck_list.show_empty()
    deck_setup.show_question(now, tab)
