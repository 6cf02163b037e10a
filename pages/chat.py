"""The chat: its messages, and the box to write more."""

import streamlit as st

from lib.ui.chat import composer, header, transcript, unanswered
from lib.ui.chat import dialogs as chat_dialogs
from lib.ui.reply import message_box, uploads
from lib.ui.shell import clipboard, scheduler, sidebar
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.state import session

session.wait_for_models()  # before the page takes the lock, for which all others wait
uploads.wait(session.held().draft)
with scheduler.building():
    tab = session.current()
    sidebar.show(tab)
    with st.container(key="column"):
        header.show(tab)
        place = transcript.show(tab)
    unanswered.look(tab)
    stop_slot = composer.show(tab)
    chat_dialogs.show()
    shell_dialogs.show()
    clipboard.show()

# After the lock, for which others wait: following takes as long as the reply.
if place and (tape := tab.following):
    message_box.show_stop(tape, stop_slot)
    transcript.follow(tab, tape, place)
    stop_slot.empty()
    unanswered.give_back(tab)
uploads.follow_speech(tab)
