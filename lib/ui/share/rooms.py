"""A comparison before a room: the link for phones with its QR code, who is there, and the ballot."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.comparison.votes import Round
from lib.domain.comparison.wording import CHOICES
from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.i18n.translation import gettext as _
from lib.store.comparison.rooms import Room
from lib.ui.kit import errors, links
from lib.ui.state import widgets
from lib.ui.state.person import library
from lib.web.room import audience, codes

COUNT_SECONDS = 1.0
"""How often the counts are redrawn."""
PRESENTER = "presenter"
"""The voter on our pages: without sign-in, everybody who uses them counts as one person."""


def address(room: Room) -> str:
    """Return the link for phones."""
    return links.link(f"/room/{room.token}")


def short_address(room: Room) -> str:
    """Return an address of the room that can be typed, without the scheme."""
    code = codes.code(room.token, app.get().secret.keys(codes.PURPOSE))
    return links.link(f"/room/{code}").partition("://")[2]


def show_code(room: Room, width: int) -> None:
    """Draw the link as a QR code, that many pixels wide."""
    st.image(links.code(address(room)), width=width, alt=_("QR code of the link"))


def counted(room: Room | None, votes: Round | None) -> Markdown:
    """Return how many follow and how many have voted."""
    following = audience.followers(room.token) if room else 0
    voted = library().votes.voters(votes.id) if votes else 0
    return md(_("{} following, {} voted"), following, voted)


@st.fragment(run_every=COUNT_SECONDS)
def keep_counting(count: Callable[[], Markdown]) -> None:
    """Draw the counts, and keep them moving once the script has ended: before, no fragment runs again."""
    st.caption(count(), width="content")


def show_ballot(opened: Round, labels: Mapping[str, str]) -> None:
    """Draw the choices of an open round. `labels` are the cells' titles."""
    named = {cell_id: labels[cell_id] for cell_id in opened.models if cell_id in labels}
    choices = {**named, **{choice: _(words) for choice, words in CHOICES.items()}}
    st.markdown(md("**{}**", _("Which answer is best?")))
    st.segmented_control(
        _("Which answer is best?"),
        list(choices),
        default=library().votes.ballot(opened.id, PRESENTER).choice,
        format_func=lambda choice: plain(choices[choice]),
        key=_vote_key(opened),
        label_visibility="collapsed",
        required=True,
        on_change=_vote,
        args=(opened,),
    )


@errors.stored
def _vote(opened: Round) -> None:
    choice = widgets.text(_vote_key(opened))
    if library().votes.vote(opened.id, PRESENTER, choice, datetime.now(UTC)):
        app.get().engine.notifications.tell(opened.comparison_id)


def _vote_key(opened: Round) -> str:
    return f"vote-{opened.id}"
