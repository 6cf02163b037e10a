"""The open deck, which pages call a prompt set: edit, export and run it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib import app
from lib.domain.comparison.decks import (
    LONGEST_NOTES,
    LONGEST_PROMPT,
    MOST_PROMPTS,
    Deck,
    Prompt,
    shown_title,
)
from lib.domain.conversation.conversations import LONGEST_TITLE
from lib.domain.people.grants import GrantKind
from lib.domain.text.markdown.literal import Markdown, literal, md
from lib.files import decks as files
from lib.files.upload_validation import clean_name
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.ui.decks import callbacks, setup
from lib.ui.kit import buttons
from lib.ui.reply import attachments
from lib.ui.share import grants, reports, share_links
from lib.ui.state import exports
from lib.ui.state.comparison.decks import DecksState, present
from lib.ui.state.session import Session

MENU = "deck_menu"


def show(state: DecksState, tab: Session) -> None:
    """Draw the open deck."""
    deck = state.deck
    if deck is None:
        return
    with st.container(key="column"):
        _show_head(state, deck)
        if state.received:
            st.caption(md(_("Shared by {}. What you change here is changed for all."), state.received.owner))
        else:
            setup.show(state, deck, tab)
        key = "deck_system_prompt"
        present(state, key, "system_prompt", deck.system_prompt)
        st.text_area(
            _("System prompt"),
            key=key,
            height="content",
            max_chars=LONGEST_PROMPT,
            placeholder=_("Instructions for every model, sent before each prompt"),
        )
        for at, prompt in enumerate(deck.prompts):
            _show_prompt(state, deck, prompt, at)
        buttons.button(
            _("Add a prompt"),
            "add_prompt",
            "add",
            callbacks.add_prompt,
            disabled=len(deck.prompts) >= MOST_PROMPTS,
        )


def _show_head(state: DecksState, deck: Deck) -> None:
    key = "deck_title"
    present(state, key, "title", deck.title)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="deck_head"):
        st.text_input(
            _("Title"),
            key=key,
            max_chars=LONGEST_TITLE,
            placeholder=shown_title(""),
            label_visibility="collapsed",
        )
        with st.popover(_("Export"), icon=":material/download:", type="tertiary", key="export_deck"):
            store = app.get().files
            _download(_("YAML, with everything"), lambda: files.to_yaml(deck, store), deck, "yaml")
            _download(_("CSV, without files"), lambda: files.to_csv(deck), deck, "csv")
        is_own = state.received is None
        can_share = is_own and (grants.is_offered() or share_links.is_offered())
        wants_share = can_share and grants.show_button()
        entries = [callbacks.DUPLICATE, *([callbacks.DELETE_DECK] if is_own else [])]
        buttons.menu(
            entries, MENU, callbacks.choose, MENU, named=callbacks.named, destroys=callbacks.DELETE_DECK
        )
    if wants_share:
        grants.open_dialog(GrantKind.DECK, deck.id, deck.shown_title, page=partial(reports.deck_page, deck))


def _download(label: str, data: Callable[[], str], deck: Deck, ending: str) -> None:
    st.download_button(
        literal(label),
        exports.audited(data, f"deck {deck.id}", ending),
        f"{clean_name(deck.shown_title)}.{ending}",
        f"text/{ending}",
        key=f"export_{ending}",
        on_click="ignore",
        width="stretch",
    )


def _show_prompt(state: DecksState, deck: Deck, prompt: Prompt, at: int) -> None:
    """Draw the fields of a prompt, with its extras collapsed below."""
    with st.container(border=True, key=f"deckprompt-{prompt.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
            st.markdown(md(_("**Prompt {}**"), at + 1), width="content")
            st.caption(_extras(prompt), width="content")
            st.space("stretch")
            own, is_last = prompt.id, at == len(deck.prompts) - 1
            buttons.show_icon("arrow_upward", _("Move up"), callbacks.move, own, at - 1, disabled=at == 0)
            buttons.show_icon("arrow_downward", _("Move down"), callbacks.move, own, at + 1, disabled=is_last)
            buttons.show_icon("delete", _("Remove this prompt"), callbacks.remove, own)
        label, placeholder = _("Prompt {}").format(at + 1), _("What every model is asked")
        _write(state, prompt, "text", label, placeholder, LONGEST_PROMPT, is_bare=True)
        with st.expander(
            _("Notes, files, system prompt"), type="compact", key=f"extras-{prompt.id}", on_change="rerun"
        ) as fold:
            if fold.open:
                _show_extras(state, prompt)


def _extras(prompt: Prompt) -> Markdown:
    """Return what a prompt has besides its text, in one line."""
    count = len(prompt.attachments)
    parts = [
        _("Notes") if prompt.notes.strip() else "",
        ngettext("{} file", "{} files", count).format(count) if count else "",
        _("Own system prompt") if prompt.system_prompt.strip() else "",
    ]
    return md(" · ").join(filter(None, parts))


def _show_extras(state: DecksState, prompt: Prompt) -> None:
    label, placeholder = _("Notes for the presenter"), _("Not sent to the models")
    _write(state, prompt, "notes", label, placeholder, LONGEST_NOTES)
    label, placeholder = _("System prompt of this prompt"), _("The one of the prompt set")
    _write(state, prompt, "system_prompt", label, placeholder, LONGEST_PROMPT)
    for attachment in prompt.attachments:
        key = f"{prompt.id}-{attachment.id}"
        with st.container(horizontal=True, vertical_alignment="center", key=f"deckfile-{key}"):
            with st.container(width="content"):
                attachments.show([attachment])
            label = _("Remove {}").format(attachment.name)
            buttons.show_icon("close", label, callbacks.detach, prompt.id, attachment.id, key=f"file-{key}")
    # A new key after each upload: a field cannot be emptied otherwise.
    key = f"files-{prompt.id}-{state.uploads}"
    st.file_uploader(
        _("Images and documents"),
        accept_multiple_files=True,
        key=key,
        on_change=callbacks.attach,
        args=(prompt.id, key),
    )


def _write(
    state: DecksState,
    prompt: Prompt,
    name: str,
    label: str,
    placeholder: str,
    longest: int,
    *,
    is_bare: bool = False,
) -> None:
    key = f"{name}-{prompt.id}"
    present(state, key, name, getattr(prompt, name), prompt.id)
    st.text_area(
        literal(label),
        key=key,
        height="content",
        max_chars=longest,
        placeholder=placeholder,
        label_visibility="collapsed" if is_bare else "visible",
    )
