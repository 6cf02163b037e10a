"""What everybody reads above every page, for a while."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from lib import app
from lib.domain.people.notices import Notice
from lib.domain.text.markdown.literal import md, plain
from lib.engine.sending import new_id
from lib.i18n import formats, locale
from lib.i18n.translation import gettext as _
from lib.ui.kit import buttons, errors
from lib.ui.state import person, widgets

TEXT, BEGINS, ENDS = "notice_text", "notice_begins", "notice_ends"
"""Keys of the fields."""
LONGEST = 500


def show() -> None:
    """Draw the section."""
    found, now = app.get().store.settings.notices(), datetime.now(UTC)
    left = [notice for notice in found if now < notice.ends_at]
    if not left:
        st.caption(
            _("There is no notice now. Tell people here what they should know, such as planned maintenance.")
        )
    for notice in left:
        _show_row(notice, now)
    _show_form()


def _show_row(notice: Notice, now: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"row-{notice.id}"):
        with st.container(gap="xxsmall", width="stretch"):
            st.markdown(plain(notice.text))
            facts = [
                _("Shown now") if notice.is_shown(now) else _("Not shown yet"),
                _("From {}").format(formats.moment(notice.begins_at)),
                _("Until {}").format(formats.moment(notice.ends_at)),
            ]
            st.caption(md(" · ").join(facts))
        buttons.show_icon("delete", _("Remove this notice"), _remove, notice.id)


def _show_form() -> None:
    here = datetime.now(locale.current().zone).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    st.header(_("Write a notice"), anchor=False)
    with st.form("notice", enter_to_submit=False):  # a new line in the text does not send it
        st.text_area(
            _("Notice"),
            key=TEXT,
            max_chars=LONGEST,
            height=80,
            placeholder=_("Maintenance on Friday from 18:00"),
        )
        left, right = st.columns(2)
        left.datetime_input(_("From"), here, key=BEGINS, format="YYYY-MM-DD")
        right.datetime_input(_("Until"), here + timedelta(days=1), key=ENDS, format="YYYY-MM-DD")
        st.caption(md(_("Times are by your clock ({})."), formats.zone(datetime.now(UTC))))
        st.form_submit_button(_("Show it to everybody"), key="add_notice", type="primary", on_click=_add)


@errors.stored
def _add() -> None:
    text, begins, ends = widgets.text(TEXT).strip(), widgets.value(BEGINS), widgets.value(ENDS)
    if not text or not begins or not ends or ends <= begins:
        st.toast(_("A notice needs a text, and an end after its beginning."), icon=":material/error:")
        return
    zone = locale.current().zone
    notice = Notice(new_id(), text[:LONGEST], begins.replace(tzinfo=zone), ends.replace(tzinfo=zone))
    person.administration().settings.add_notice(notice)
    widgets.put(TEXT, "")


@errors.stored
def _remove(notice_id: str) -> None:
    person.administration().settings.remove_notice(notice_id)
