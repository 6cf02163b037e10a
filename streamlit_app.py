"""SynStar Chat: `streamlit run streamlit_app.py`.

The server imports this file once, for the ASGI app; it runs the file again for each page a browser asks for.
"""

import streamlit as st
from streamlit import runtime

if not runtime.exists():
    from lib.ui.server import asgi

    app = st.App(__file__, lifespan=asgi.lifespan, middleware=asgi.middleware(), routes=asgi.routes())
else:
    from lib.i18n.translation import gettext as _
    from lib.ui.shell import layout
    from lib.ui.state import pages

    layout.show(
        [
            st.Page(pages.CHAT_PAGE, title=_("Chat"), icon=":material/chat:", url_path="chat", default=True),
            st.Page(
                pages.COMPARE_PAGE, title=_("Compare"), icon=":material/view_column:", url_path="compare"
            ),
            st.Page(pages.DECKS_PAGE, title=_("Prompt sets"), icon=":material/notes:"),
            st.Page(pages.RECORDINGS_PAGE, title=_("Recordings"), icon=":material/play_circle:"),
            st.Page(pages.PRESENT_PAGE, title=_("Present"), visibility="hidden"),
            st.Page(pages.MODELS_PAGE, title=_("Models"), icon=":material/deployed_code:"),
            st.Page(pages.DOCTOR_PAGE, title=_("Connection check"), icon=":material/power:"),
        ],
        for_signed_in=[st.Page(pages.SHARED_PAGE, title=_("Shared with me"), icon=":material/group:")],
        for_admins=[st.Page(pages.ADMIN_PAGE, title=_("Admin"), icon=":material/admin_panel_settings:")],
    )
