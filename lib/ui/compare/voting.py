"""The vote on the compare page: the ballot, who won, and the wins by pair over all rounds."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from lib import app
from lib.domain.comparison.votes import ALL_BAD, FEWEST_VOTES, TIE, Pair, Round, Tally, pairs
from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.ui.compare.blind import PRESENTER
from lib.ui.kit import buttons, errors
from lib.ui.state import widgets
from lib.ui.state.comparison.comparison import ComparisonState, held
from lib.ui.state.person import library, person_id

CHOICES = {TIE: "A tie", ALL_BAD: "All bad"}
"""The labels of choices that are not a cell."""


def show(state: ComparisonState) -> None:
    """Draw the ballot while the round is open, and its result afterwards."""
    if state.round and state.round.is_open:
        _show_ballot(state, state.round)
    elif state.round:
        _show_result(state, state.round)


def _show_ballot(state: ComparisonState, opened: Round) -> None:
    named = {cell_id: state.labels[cell_id] for cell_id in opened.models if cell_id in state.labels}
    choices = {**named, **CHOICES}
    with st.container(key="ballot", border=True):
        st.markdown("**Which answer is best?**")
        st.segmented_control(
            "Which answer is best?",
            list(choices),
            default=library().votes.ballot(opened.id, PRESENTER).choice,
            format_func=lambda choice: plain(choices[choice]),
            key=_vote_key(opened),
            label_visibility="collapsed",
            required=True,
            on_change=_vote,
            args=(opened.id,),
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            buttons.button(
                "Reveal" if opened.is_blind else "Show the result",
                "reveal",
                "visibility",
                _reveal,
                opened.id,
                kind="primary",
            )
            st.caption("A vote can be changed until then.")


def _show_result(state: ComparisonState, closed: Round) -> None:
    tally = library().votes.tally(closed.id)
    with st.container(key="ballot", border=True):
        st.markdown(md("**{}**", _verdict(state, closed, tally)))
        st.caption(_counted(state, closed, tally))
        with st.expander(
            "Wins by pair", icon=":material/leaderboard:", key="pairs", on_change="rerun"
        ) as box:
            if box.open:
                _show_pairs(pairs(library().votes.polls()))


def _verdict(state: ComparisonState, closed: Round, tally: Tally) -> Markdown:
    """Return who won, in one line."""
    if not tally.votes:
        return md("Nobody voted")
    winners = [cell_id for cell_id in closed.models if cell_id in tally.winners]
    if not winners:
        return md("No answer was chosen")
    named = [plain(state.labels.get(cell_id, "An answer")) for cell_id in winners]
    votes = md("{} of {}", tally.choices[winners[0]], _votes(tally.votes))
    return (
        md("{} won, {}", named[0], votes)
        if len(named) == 1
        else md("Level: {}, {} each", md(" and ").join(named), votes)
    )


def _counted(state: ComparisonState, closed: Round, tally: Tally) -> Markdown:
    """Return all choices with their counts, and the thumbs."""
    parts = []
    for cell_id in closed.models:
        up, down = tally.up.get(cell_id, 0), tally.down.get(cell_id, 0)
        thumbs = md(" :material/thumb_up: {} :material/thumb_down: {}", up, down) if up or down else ""
        name = plain(state.labels.get(cell_id, closed.letter(cell_id)))
        parts.append(md("{}: {}{}", name, tally.choices.get(cell_id, 0), thumbs))
    return md(" · ").join(
        [*parts, *(md("{}: {}", words, tally.choices.get(key, 0)) for key, words in CHOICES.items())]
    )


def _show_pairs(found: Sequence[Pair]) -> None:
    """Draw the table of wins by pair, over all stored rounds."""
    if not found:
        st.caption("No vote on two models has been revealed yet.")
        return
    st.dataframe(table(found), hide_index=True, key="pairs_table")
    st.caption(
        md(
            "Ahead: Wilson's 95 % interval of a model's share of the wins lies above one half, and at least "
            "{} votes chose one of the two. “All bad” counts for neither.",
            FEWEST_VOTES,
        )
    )


def table(found: Sequence[Pair]) -> pd.DataFrame:
    """Return a table with one row per pair."""
    return pd.DataFrame(
        [
            {
                "Model": pair.first,
                "Wins": pair.first_wins,
                "Against": pair.second,
                "Its wins": pair.second_wins,
                "Ties": pair.ties,
                "All bad": pair.all_bad,
                "Ahead": _ahead(pair),
            }
            for pair in found
        ]
    )


def _ahead(pair: Pair) -> str:
    if pair.share is None:
        return f"Too few votes: {pair.decided} of {FEWEST_VOTES}"
    low, high = pair.share
    if pair.ahead == pair.second:
        low, high = 1 - high, 1 - low
    return (
        f"{pair.ahead}, {low:.0%} – {high:.0%}" if pair.ahead else f"No clear winner, {low:.0%} – {high:.0%}"
    )


@errors.stored
def _vote(round_id: str) -> None:
    state = held()
    if state.round and state.round.id == round_id:
        choice = widgets.text(_vote_key(state.round))
        if library().votes.vote(round_id, PRESENTER, choice, datetime.now(UTC)):
            app.get().engine.notifications.tell(state.comparison.id)


@errors.stored
def _reveal(round_id: str) -> None:
    """Close the round and show everybody which model wrote which answer."""
    state, application = held(), app.get()
    library().votes.reveal(round_id, datetime.now(UTC))
    for cell in state.comparison.cells:
        # Their models are known now: nothing needs to be held back.
        application.engine.synchronized.hurry(person_id(), cell.id)
    application.engine.notifications.tell(state.comparison.id)


def _votes(count: int) -> str:
    return f"{count} vote" if count == 1 else f"{count} votes"


def _vote_key(opened: Round) -> str:
    return f"vote-{opened.id}"
