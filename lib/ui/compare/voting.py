"""The vote on the compare page: the ballot, who won, and the wins by pair over all rounds."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from lib import app
from lib.domain.comparison.votes import ALL_BAD, FEWEST_VOTES, TIE, Pair, Round, Tally, pairs
from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext
from lib.ui.compare.blind import PRESENTER
from lib.ui.kit import errors
from lib.ui.state import widgets
from lib.ui.state.comparison.comparison import ComparisonState, held
from lib.ui.state.person import library, person_id

CHOICES = {TIE: mark("A tie"), ALL_BAD: mark("None of them")}
"""The labels of choices that are not a cell."""


def show(state: ComparisonState) -> None:
    """Draw the ballot while the round is open, and its result afterwards."""
    if state.round and state.round.is_open:
        _show_ballot(state, state.round)
    elif state.round:
        _show_result(state, state.round)


def _show_ballot(state: ComparisonState, opened: Round) -> None:
    named = {cell_id: state.labels[cell_id] for cell_id in opened.models if cell_id in state.labels}
    choices = {**named, **{choice: _(words) for choice, words in CHOICES.items()}}
    with st.container(key="ballot", border=True):
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
            args=(opened.id,),
        )
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
        st.markdown(md("**{}**", _verdict(state, closed, tally)))
        st.caption(_counted(state, closed, tally))
        with st.expander(
            _("Wins, two models at a time"), icon=":material/leaderboard:", key="pairs", on_change="rerun"
        ) as box:
            if box.open:
                _show_pairs(pairs(library().votes.polls()))


def _verdict(state: ComparisonState, closed: Round, tally: Tally) -> Markdown:
    """Return who won, in one line."""
    if not tally.votes:
        return md(_("Nobody voted"))
    chosen = [cell_id for cell_id in closed.models if cell_id in tally.winners]
    if not chosen:
        return md(_("No answer was chosen"))
    named = [plain(state.labels.get(cell_id, _("An answer"))) for cell_id in chosen]
    count, of = tally.choices[chosen[0]], tally.votes
    if len(named) == 1:
        return md(ngettext("{} won, {} of {} vote", "{} won, {} of {} votes", of), named[0], count, of)
    level = ngettext("Level: {}, with {} of {} vote each", "Level: {}, with {} of {} votes each", of)
    return md(level, md(", ").join(named), count, of)


def _counted(state: ComparisonState, closed: Round, tally: Tally) -> Markdown:
    """Return all choices with their counts, and the thumbs."""
    parts = []
    for cell_id in closed.models:
        up, down = tally.up.get(cell_id, 0), tally.down.get(cell_id, 0)
        thumbs = md(" :material/thumb_up: {} :material/thumb_down: {}", up, down) if up or down else ""
        name = plain(state.labels.get(cell_id, closed.letter(cell_id)))
        parts.append(md("{}: {}{}", name, tally.choices.get(cell_id, 0), thumbs))
    return md(" · ").join(
        [*parts, *(md("{}: {}", _(words), tally.choices.get(key, 0)) for key, words in CHOICES.items())]
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
def _vote(round_id: str) -> None:
    state = held()
    if state.round and state.round.id == round_id:
        choice = widgets.text(_vote_key(state.round))
        if library().votes.vote(round_id, PRESENTER, choice, datetime.now(UTC)):
            app.get().engine.notifications.tell(state.comparison.id)


@errors.stored
def reveal(round_id: str) -> None:
    """Close the round and show everybody which model wrote which answer."""
    state, application = held(), app.get()
    library().votes.reveal(round_id, datetime.now(UTC))
    for cell in state.comparison.cells:
        # Their models are known now: nothing needs to be held back.
        application.engine.synchronized.hurry(person_id(), cell.id)
    application.engine.notifications.tell(state.comparison.id)


def _vote_key(opened: Round) -> str:
    return f"vote-{opened.id}"
