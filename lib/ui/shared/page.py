"""Shared with me: the list of what others show, and a comparison or a deck of it to read."""

from collections.abc import Mapping

import streamlit as st

from lib import app
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.decks import Deck, duplicated
from lib.domain.comparison.votes import in_order
from lib.domain.people.grants import KINDS, GrantKind
from lib.domain.text.markdown.literal import literal, md, plain
from lib.engine.sending import new_id
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.store.sharing.shared import Received
from lib.ui.kit import buttons, errors
from lib.ui.reply import attachments, question, results, watched_cells
from lib.ui.state import session, shared
from lib.ui.state.person import library
from lib.web.addresses import address
from lib.web.shares import PATH_HERE

ICONS: Mapping[GrantKind, str] = {
    GrantKind.CONVERSATION: "chat",
    GrantKind.COMPARISON: "view_column",
    GrantKind.DECK: "notes",
    GrantKind.RECORDING: "play_circle",
}


def show() -> None:
    """Draw what the address names, or else the list."""
    for kind in (GrantKind.COMPARISON, GrantKind.DECK):
        if (wanted := st.query_params.get(kind)) and _show_open(kind, wanted):
            return
    with st.container(key="column"):
        _show_list()


def _show_list() -> None:
    st.title(_("Shared with me"), anchor=False)
    st.caption(
        _(
            "What others here share with you. You see each as it is now; "
            "a chat is a copy of the moment it was shared."
        )
    )
    found = library().shared.all(shared.now())
    if not found:
        st.info(
            _(
                "Nobody shares anything with you yet. To share yourself, use “Share” at chats, comparisons, "
                "prompt sets and recordings."
            ),
            icon=":material/group:",
        )
    for each in found:
        _show_row(each)


def _show_row(each: Received) -> None:
    title, icon = plain(each.title or _("Untitled")), f":material/{ICONS[each.kind]}:"
    with st.container(border=True, gap="xxsmall", key=f"received-{each.id}"):
        if each.kind is GrantKind.CONVERSATION:
            st.link_button(title, address(f"{PATH_HERE}{each.id}"), icon=icon, type="tertiary")
        elif st.button(title, key=f"open-{each.id}", icon=icon, type="tertiary"):
            page = shared.page_of(each.kind, may_edit=each.may_edit)
            st.switch_page(page, query_params={each.kind.value: each.source_id})
        facts = [
            _(KINDS[each.kind]),
            _("Shared by {}").format(each.owner),
            _("Since {}").format(formats.day(formats.local_day(each.created_at))),
        ]
        if each.may_edit:
            facts.append(_("You may edit it"))
        st.caption(md(" · ").join(facts))


def _show_open(kind: GrantKind, source_id: str) -> bool:
    """Draw the comparison or the deck; return whether it is shown to this person."""
    how = shared.received(kind, source_id)
    reads = library().shared
    if how and kind is GrantKind.DECK and (deck := reads.deck(source_id, shared.now())):
        with st.container(key="column"):
            _show_head(how)
            _show_deck(deck)
        return True
    if how and kind is GrantKind.COMPARISON and (found := reads.comparison(source_id, shared.now())):
        _show_head(how)
        _show_comparison(found)
        return True
    del st.query_params[kind]
    st.toast(_("This is not here, or is not shared with you any more."), icon=":material/search_off:")
    return False


def _show_head(how: Received) -> None:
    buttons.button(_("Shared with me"), "close_shared", "arrow_back", st.query_params.clear, kind="tertiary")
    st.title(literal(how.title or _("Untitled")), anchor=False)
    st.caption(md(_("Shared by {}"), how.owner))


def _show_deck(deck: Deck) -> None:
    buttons.button(_("Make a copy"), "copy_deck", "content_copy", _copy, deck.id)
    if deck.system_prompt:
        st.caption(_("System prompt"))
        question.show_text_of(deck.system_prompt)
    for number, prompt in enumerate(deck.prompts, start=1):
        with st.container(border=True, gap="xsmall", key=f"task-{prompt.id}"):
            st.caption(md(_("Prompt {}"), number))
            attachments.show(prompt.attachments)
            question.show_text_of(prompt.text)
            if prompt.notes:
                st.caption(md(_("Notes: {}"), prompt.notes))


@errors.stored
def _copy(deck_id: str) -> None:
    """Make a deck of one's own of it."""
    if deck := library().shared.deck(deck_id, shared.now()):
        library().decks.add(duplicated(deck, new_id=new_id))
        st.toast(_("Copied. You find it under “Prompt sets”."), icon=":material/notes:")


def _show_comparison(comparison: Comparison) -> None:
    """Draw it as it is stored: what still runs has no words yet."""
    comparison.cells = [cell for cell in comparison.cells if cell.path()]
    votes = library().shared.round(comparison.id, shared.now())
    tally = library().shared.tally(comparison.id, shared.now())
    if not comparison.cells:
        st.caption(_("Nothing was asked yet."))
        return
    if asked := watched_cells.question_of(comparison):
        watched_cells.show_question(asked)
    prices = app.get().engine.catalogue.prices(session.held().connection, wait_seconds=0)
    comparison.cells = in_order(comparison.cells, votes)
    with st.container(key="cells"):
        cells = watched_cells.of(comparison, {}, prices, votes=votes, tally=tally, is_followed=False)
        watched_cells.show(cells)
    if len(comparison.compared) > 1 and not (votes and votes.is_hidden):
        results.show(comparison, prices, tally.winners if tally else ())
