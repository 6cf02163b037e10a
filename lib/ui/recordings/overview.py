"""The list of recordings: open, rename, delete, download, import."""

import json
from datetime import datetime
from functools import partial

import streamlit as st

from lib import app
from lib.domain.comparison import recordings
from lib.domain.comparison.recordings import KINDS, Recording, RecordingKind
from lib.domain.people.grants import GrantKind
from lib.domain.people.people import LOCAL
from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.engine.playback import builtin
from lib.files.imports import archive
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.store.comparison.recordings import RecordingSummary
from lib.store.library import Library
from lib.ui.kit import buttons, dialogs
from lib.ui.share import grants, recording_callbacks
from lib.ui.share.recording_callbacks import DELETE, IMPORT, RENAME, Listing, held
from lib.ui.state import exports
from lib.ui.state.comparison import playback as playback_state
from lib.ui.state.person import library

ICONS = {
    RecordingKind.REPLY: ":material/chat:",
    RecordingKind.COMPARISON: ":material/view_column:",
    RecordingKind.DECK: ":material/notes:",
}
MODELS_NAMED = 3
"""Models named for each recording in the list; the rest are only counted."""


def show(listing: Listing) -> None:
    """Draw the list."""
    if listing.added is not None:
        st.toast(md(_("“{}” was added."), listing.added), icon=":material/play_circle:")
        listing.added = None
    own = library()
    if own.person_id != LOCAL:  # who was given them when the server started
        builtin.add_missing(own)
    found = own.recordings.latest(listing.listed + 1)
    with st.container(horizontal=True, vertical_alignment="center", key="recordings_head"):
        st.title(_("Recordings"), anchor=False)
        buttons.button(
            _("Import"), "open_import", "upload", recording_callbacks.open_panel, IMPORT, kind="tertiary"
        )
    st.caption(
        _("Replies, comparisons and runs of prompt sets, kept to be played again without a key or a network.")
    )
    if not found:
        st.info(
            _("Nothing is recorded yet. You find “Keep as recording” below comparisons and replies."),
            icon=":material/play_circle:",
        )
    for summary in found[: listing.listed]:
        _show_row(summary)
    if len(found) > listing.listed:
        st.button(_("Show more"), key="show_more", type="tertiary", on_click=recording_callbacks.show_more)


def show_panel(listing: Listing) -> None:
    """Draw the open dialog, if there is one."""
    match listing.panel:
        case recording_callbacks.IMPORT:
            dialogs.open(_("Import a recording"), _import, on_dismiss=_closed)
        case recording_callbacks.RENAME:
            dialogs.open(_("Rename this recording"), _rename, on_dismiss=_closed)
        case recording_callbacks.DELETE:
            dialogs.open(_("Delete this recording?"), _delete, on_dismiss=_closed)
        case grants.SHARE:
            _share()


def recorded_on(at: datetime) -> Markdown:
    """Return the note shown beside everything recorded."""
    return md(_("Recorded on {}"), formats.day(formats.local_day(at)))


def mark(recording: Recording) -> None:
    """Draw the badge that marks a recording, as opposed to a live reply."""
    st.badge(recorded_on(recording.recorded_at), icon=":material/history:", color="gray")


def _show_row(summary: RecordingSummary) -> None:
    models = ", ".join(summary.models[:MODELS_NAMED])
    if (more := len(summary.models) - MODELS_NAMED) > 0:
        models = ngettext("{} and {} more", "{} and {} more", more).format(models, more)
    with st.container(
        horizontal=True, vertical_alignment="center", border=True, key=f"recording-{summary.id}"
    ):
        with st.container(gap="xxsmall", width="stretch"):
            st.button(
                plain(summary.title or _("Untitled")),
                key=f"open-{summary.id}",
                icon=ICONS[summary.kind],
                type="tertiary",
                on_click=playback_state.go_to,
                args=(summary.id,),
            )
            told = [_(KINDS[summary.kind]), models, recorded_on(summary.recorded_at)]
            st.caption(md(" · ").join(each for each in told if each))
        st.download_button(
            buttons.unseen(_("Download")),
            # Made on demand: a recording with its images may have tens of megabytes.
            exports.audited(partial(_document, library(), summary.id), f"recording {summary.id}", "JSON"),
            f"recording-{summary.id[:8]}.json",
            "application/json",
            key=f"download-{summary.id}",
            icon=":material/download:",
            help=_("Download"),
            type="tertiary",
            on_click="ignore",
        )
        key = f"more-{summary.id}"
        entries = [*([grants.SHARE] if grants.is_offered() else []), RENAME, DELETE]
        buttons.menu(entries, key, recording_callbacks.choose, key, summary.id, named=_label, destroys=DELETE)


def _label(entry: str) -> str:
    """Return a menu entry's label."""
    return {grants.SHARE: _("Share"), RENAME: _("Rename"), DELETE: _("Delete")}[entry]


def _document(own: Library, recording_id: str) -> str:
    """Return the recording as a file that can be imported elsewhere."""
    application = app.get()
    found = own.recordings.get(recording_id)
    document = recordings.to_json(found, archive.loader(application.files)) if found else {}
    return json.dumps(document, ensure_ascii=False, indent=1)


def _closed() -> None:
    recording_callbacks.open_panel(None)


def _import() -> None:
    if held().panel != IMPORT:  # imported: the list behind the dialog must show it
        st.rerun()
    key = "recording_file"
    st.file_uploader(
        _("A recording that was downloaded here or elsewhere"),
        type=["json"],
        max_upload_size=archive.LARGEST_RECORDING // 1_000_000,
        key=key,
        on_change=recording_callbacks.take,
        args=(key,),
    )
    if notice := held().notice:
        st.error(plain(notice), icon=":material/error:")
    st.caption(_("It is kept here with its images. A recording that already exists is not added again."))


def _rename() -> None:
    if dialogs.show_rename(held().chosen_title, recording_callbacks.rename, cancel=_closed):
        st.rerun()


def _delete() -> None:
    st.markdown(md(_("“{}” will be deleted."), held().chosen_title))
    if dialogs.show_buttons(
        _("Delete"), "confirm_delete", recording_callbacks.delete, cancel=_closed, destroys=True
    ):
        st.rerun()


def _share() -> None:
    listing = held()
    if listing.chosen:
        grants.open_dialog(GrantKind.RECORDING, listing.chosen, listing.chosen_title, _closed)
