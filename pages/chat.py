"""The chat: what was said, and the box to say more."""

import streamlit as st

from lib.ui.chat import composer, header, transcript, unanswered
from lib.ui.chat import dialogs as chat_dialogs
from lib.ui.reply import message_box, uploads
from lib.ui.shell import clipboard, scheduler, sidebar
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.state import session

session.hear_models()  # before the page's turn: all others wait for that
uploads.wait(session.held().draft)
with scheduler.building():
    now = session.current()
    sidebar.show(now)
    with st.container(key="column"):
        header.show(now)
        place = transcript.show(now)
    unanswered.look(now)
    stop_slot = composer.show(now)
    chat_dialogs.show()
    shell_dialogs.show()
    clipboard.show()

if place and (tape := now.following):
    message_box.show_stop(tape, stop_slot)
    transcript.follow(now, tape, place)
    stop_slot.empty()
    unanswered.give_back(now)
uploads.follow_speech(now)
