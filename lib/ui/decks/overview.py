"""The decks, which pages call prompt sets, and their runs in the sidebar; the page while none is open."""

import streamlit as st

from lib.domain.comparison.decks import shown_title
from lib.domain.text.markdown.literal import plain
from lib.files import decks as files
from lib.files.decks import LARGEST_DECK
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.store.comparison.decks import DeckSummary
from lib.ui.composer import message_box
from lib.ui.composer.model_picker import picker
from lib.ui.decks import callbacks
from lib.ui.kit import buttons
from lib.ui.shell import sidebar
from lib.ui.shell.lists.rows import Group, Row
from lib.ui.state.comparison import decks
from lib.ui.state.comparison.decks import DecksState
from lib.ui.state.person import library
from lib.ui.state.session import Session

LIST = "decks_list"


def show_sidebar(state: DecksState, tab: Session) -> None:
    """Draw the sidebar of the page: a new deck, the decks, and their runs."""
    own = library()
    with sidebar.place():
        buttons.button(_("New prompt set"), "new_deck", "add", callbacks.create, width="stretch")
        _show_import(state)
    known = [Row(each.id, shown_title(each.title)) for each in own.decks.latest(decks.LISTED)]
    runs = [Row(each.id, _run_title(each)) for each in own.deck_runs.latest(decks.LISTED)]
    sidebar.show_groups(
        LIST,
        [
            Group(_("Prompt sets"), known, f"./decks?{decks.DECK}=", callbacks.open_deck),
            Group(_("Runs"), runs, f"./decks?{decks.RUN}=", callbacks.open_run),
        ],
        state.run_id or state.deck_id or "",
        list_name=_("Prompt sets"),
        empty=_("Your prompt sets will be listed here."),
    )
    with st.container(key="hidden"):
        message_box.show_send_id(tab)
        picker.show_list(tab)


def _run_title(run: DeckSummary) -> str:
    return f"{run.title} · {formats.moment(run.at)}"


def _show_import(state: DecksState) -> None:
    with st.popover(
        _("Import a prompt set"),
        icon=":material/upload:",
        type="tertiary",
        # A new key closes it, and empties the field. Setting it to closed would not do: a browser that was
        # never sent its opening sees no change.
        key=f"import_deck-{state.uploads}",
        on_change="rerun",  # gives it a state at all
    ):
        key = f"deck_file-{state.uploads}"
        st.file_uploader(
            _("A YAML or CSV file"),
            type=files.ENDINGS,
            max_upload_size=LARGEST_DECK // 1024**2,
            key=key,
            on_change=callbacks.import_file,
            args=(key,),
        )
        st.caption(_("A CSV has a column `prompt` and may have `notes` and `system_prompt`."))


def show_empty() -> None:
    """Explain what a deck is, while none is open."""
    with st.container(key="column"):
        st.title(_("Prompt sets"), anchor=False)
        st.caption(
            _(
                "A prompt set is a list of prompts for a demo or a test. Run it with up to eight models: "
                "each prompt is answered by all of them, side by side, each answer with its figures."
            )
        )
        with st.container(horizontal=True):
            buttons.button(_("New prompt set"), "new_deck_here", "add", callbacks.create, kind="primary")
            buttons.button(_("Start from an example"), "new_example", "lightbulb", callbacks.create_example)


def show_refusals(state: DecksState) -> None:
    """Draw why the last files were refused."""
    if state.refusals:
        with st.container(key="refusals"):
            for sentence in state.refusals:
                st.error(plain(sentence), icon=":material/error:")
