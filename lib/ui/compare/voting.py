"""The vote on the compare page: the ballot, who won, and the wins by pair over all rounds."""

from collections.abc import Collection, Sequence

import pandas as pd
import streamlit as st

from lib.domain.comparison import wording
from lib.domain.comparison.votes import FEWEST_VOTES, Pair, Round, Tally, pairs
from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.ui.kit import errors
from lib.ui.share import rooms
from lib.ui.state.comparison import rounds
from lib.ui.state.comparison.comparison import ComparisonState, held
from lib.ui.state.person import library


def show(state: ComparisonState) -> None:
    """Draw the ballot while the round is open, and its result afterwards."""
    if state.round and state.round.is_open:
        _show_ballot(state, state.round)
    elif state.round:
        _show_result(state, state.round)


def _show_ballot(state: ComparisonState, opened: Round) -> None:
    with st.container(key="ballot", border=True):
        rooms.show_ballot(opened, state.labels)
        if opened.is_blind:
            st.caption(_("You can change your vote until you reveal which model wrote which answer."))
        else:
            st.caption(_("You can change your vote until the result is shown."))


def winners(state: ComparisonState) -> Collection[str]:
    """Return the ids of the cells that most people chose, once the votes are closed."""
    if state.round and not state.round.is_open:
        return library().votes.tally(state.round.id).winners
    return ()


def _show_result(state: ComparisonState, closed: Round) -> None:
    tally = library().votes.tally(closed.id)
    with st.container(key="ballot", border=True):
        st.markdown(md("**{}**", wording.verdict(tally, closed.models, state.labels)))
        st.caption(_counted(state, closed, tally))
        with st.expander(
            _("Wins, two models at a time"), icon=":material/leaderboard:", key="pairs", on_change="rerun"
        ) as box:
            if box.open:
                _show_pairs(pairs(library().votes.polls()))


def _counted(state: ComparisonState, closed: Round, tally: Tally) -> Markdown:
    """Return all choices with their counts, and the thumbs."""
    parts = []
    for cell_id in closed.models:
        up, down = tally.up.get(cell_id, 0), tally.down.get(cell_id, 0)
        # In elements of their own: `frame/names.js` names an icon that is alone in its element.
        signs = md(" :gray[:material/thumb_up:] {} :gray[:material/thumb_down:] {}", up, down)
        thumbs = signs if up or down else ""
        name = plain(state.labels.get(cell_id, closed.letter(cell_id)))
        parts.append(md("{}: {}{}", name, tally.choices.get(cell_id, 0), thumbs))
    return md(" · ").join(
        [
            *parts,
            *(md("{}: {}", _(words), tally.choices.get(key, 0)) for key, words in wording.CHOICES.items()),
        ]
    )


def _show_pairs(found: Sequence[Pair]) -> None:
    """Draw the table of wins by pair, over all stored rounds."""
    if not found:
        st.caption(_("No vote on two models has been revealed yet."))
        return
    st.dataframe(table(found), hide_index=True, key="pairs_table")
    st.caption(
        md(
            _(
                "“Ahead” needs {} votes for one of the two, and a share of them that is above one half with "
                "95 % confidence. “None of them” counts for neither."
            ),
            FEWEST_VOTES,
        )
    )


def table(found: Sequence[Pair]) -> pd.DataFrame:
    """Return a table with one row per pair."""
    return pd.DataFrame(
        [
            {
                _("Model"): pair.first,
                _("Votes"): pair.first_wins,
                _("Against"): pair.second,
                _("Votes for that one"): pair.second_wins,
                _("Ties"): pair.ties,
                _("None of them"): pair.all_bad,
                _("Ahead"): _ahead(pair),
            }
            for pair in found
        ]
    )


def _ahead(pair: Pair) -> str:
    if pair.share is None:
        return _("Too few votes: {} of {}").format(pair.decided, FEWEST_VOTES)
    low, high = pair.share
    if pair.ahead == pair.second:
        low, high = 1 - high, 1 - low
    shares = formats.percent(low), formats.percent(high)
    if pair.ahead:
        return _("{}: likely between {} and {} of the votes").format(pair.ahead, *shares)
    return _("Not clear: likely between {} and {} of the votes").format(*shares)


@errors.stored
def reveal(round_id: str) -> None:
    """Close the round and show everybody which model wrote which answer."""
    rounds.reveal(held().comparison, round_id)
