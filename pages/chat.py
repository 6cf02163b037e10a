"""The chat: what was said, and the box to say more."""

import streamlit as st

from lib.ui import clipboard, composer, header, intake, pace, panels, session, sidebar, transcript, unanswered

session.hear_models()  # before the page's turn: all others wait for that
intake.wait(session.held())
with pace.building():
    now = session.current()
    sidebar.show(now)
    with st.container(key="column"):
        header.show(now)
        place = transcript.show(now)
    stop_slot = composer.show(now)
    panels.show(now)
    clipboard.show(now)
    composer.settle(now)

if place and (tape := now.following):
    composer.show_stop(tape, stop_slot)
    transcript.follow(now, tape, place)
    stop_slot.empty()
    unanswered.give_back(now)
intake.follow_speech(now)
