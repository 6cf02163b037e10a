"""The chat: its messages, and the box to write more."""

import streamlit as st

from lib.ui.chat import composer, following, header, transcript, welcome
from lib.ui.chat import dialogs as chat_dialogs
from lib.ui.composer import message_box, uploads
from lib.ui.shell import clipboard, outage, scheduler, sidebar
from lib.ui.shell import dialogs as shell_dialogs
from lib.ui.state import session
from lib.ui.state.conversation import opened

session.wait_for_models()  # before the page takes the lock, for which all others wait
uploads.wait(session.held().draft)
with scheduler.building():
    tab = opened.current()
    sidebar.show(tab)
    sidebar.show_found(tab)
    used = header.show(tab) if tab.conversation.messages else None
    with st.container(key="column"):
        outage.show(tab)
        place = transcript.show(tab)
        if not used:
            welcome.show(tab)
    following.show(tab)
    stop_slot = composer.show(tab)
    chat_dialogs.show()
    shell_dialogs.show()
    clipboard.show()

# After the lock, for which others wait: following takes as long as the reply.
if place and (tape := tab.following):
    message_box.show_stop(tape, stop_slot)
    transcript.follow(tab, tape, place)
    if used:
        header.show_used(tab, used)
    stop_slot.empty()
uploads.follow_speech(tab)
