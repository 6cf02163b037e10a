"""The state of a tab's presentation: what is presented, and how much of it is revealed."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import app
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.playback import count_questions, scene
from lib.domain.comparison.recordings import Recording
from lib.domain.comparison.votes import Round, Tally, in_order
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Prices
from lib.domain.reply.reply import State
from lib.engine.live import LiveTape
from lib.engine.playback.player import Player
from lib.store.comparison.rooms import Room
from lib.ui.kit import errors, keys
from lib.ui.state import session, widgets
from lib.ui.state.comparison import playback, rounds
from lib.ui.state.person import library, person_id

KEY = "presenting"
VIEW, COSTS = "presented", "presented_costs"
"""Keys of the widgets that choose how many cells are visible at a time, and whether costs are."""
ALL, ONE = "all", "one"
"""How many cells are visible at a time."""
STEP = "step"
"""Query parameter with what is revealed, `&step=<scene>.<cells>`, so that a reload shows the same."""
Name = Literal["comparison", "recording"]


@dataclass(slots=True)
class PresentationState:
    """A presentation: one scene per question, in which the cells are revealed one after the other."""

    name: Name
    """The name of the source's query parameter."""
    id: str
    comparisons: list[Comparison]
    recording: Recording | None = None
    """`None` for a comparison from the store, whose replies may be running."""
    round: Round | None = None
    """Its round: while it is blind, it is hidden which model wrote which answer."""
    counted: Tally | None = None
    """The votes of that round, once it is closed."""
    room: Room | None = None
    """The room that it is open to."""
    at: int = 0
    """Index of the scene."""
    revealed: int = 0
    """How many steps of the scene have been taken."""
    view: str = ALL
    has_costs: bool = False
    player: Player | None = None
    """Plays the recorded cells that were revealed last."""
    live: Mapping[str, LiveTape] = field(default_factory=dict)
    """The tapes of the replies that ran when the comparison was read. They are kept: the engine drops a tape
    that has ended, and a cell that was read as running would then have nothing to show."""
    has_left: bool = False
    count: DeltaGenerator | None = None
    """The element for the number of phones and votes; this run of the page has drawn it."""

    @property
    def scenes(self) -> list[tuple[int, int]]:
        """A scene for each question: the index of its comparison, and of the question in it."""
        counts = [count_questions(one) for one in self.comparisons]
        if not self.recording:
            return [(0, counts[0] - 1)]
        return [(at, number) for at, count in enumerate(counts) for number in range(count)]

    @property
    def comparison(self) -> Comparison:
        """The scene's comparison, fully revealed."""
        at, number = self.scenes[self.at]
        shown = scene(self.comparisons[at], number)
        return replace(shown, cells=in_order(shown.cells, self.round))

    @property
    def is_hidden(self) -> bool:
        """Whether it is still hidden which model wrote which answer."""
        return self.round is not None and self.round.is_hidden

    @property
    def tally(self) -> Tally | None:
        """The votes on the scene's cells, once they are closed. People voted on the last question."""
        if not self.recording:
            return self.counted
        at, number = self.scenes[self.at]
        is_last = number == count_questions(self.comparisons[at]) - 1
        return self.recording.tallies.get(self.comparisons[at].id) if is_last else None

    @property
    def has_vote(self) -> bool:
        """Whether people vote or have voted on the scene's cells."""
        return self.round is not None or self.tally is not None

    @property
    def steps(self) -> int:
        """How many steps the scene has: one per cell, one for the vote, one for figures and the report."""
        comparison = self.comparison
        has_more = len(comparison.compared) > 1 or _has_link(self.id)
        return len(comparison.cells) + self.has_vote + (has_more and not self.is_voting)

    @property
    def is_at_vote(self) -> bool:
        """Whether the ballot is shown, or, once the votes are closed, who won."""
        return self.has_vote and self.revealed > len(self.comparison.cells)

    @property
    def is_at_figures(self) -> bool:
        """Whether the figures and the report are shown."""
        return self.revealed > len(self.comparison.cells) + self.has_vote

    @property
    def is_voting(self) -> bool:
        """Whether people may still vote."""
        return self.round is not None and self.round.is_open

    @property
    def may_close(self) -> bool:
        """Whether the next step closes the vote: the ballot is shown, and every answer has ended."""
        return self.is_voting and self.is_at_vote and not any(map(_is_running, self.comparison.cells))

    @property
    def has_next(self) -> bool:
        """Whether there is one more step, or scene."""
        return self.revealed < self.steps or self.may_close or self.at + 1 < len(self.scenes)

    @property
    def prices(self) -> Prices:
        """The models' prices; empty if costs are switched off."""
        if not self.has_costs:
            return {}
        if self.recording:
            return self.recording.prices
        return app.get().engine.catalogue.prices(session.held().connection, wait_seconds=0)

    @property
    def tapes(self) -> Mapping[str, LiveTape]:
        """The tapes to follow: of running replies, or of a playing recording."""
        if self.player:
            return self.player.tapes
        return self.live

    def go_to(self, at: int, revealed: int) -> None:
        """Go to a step of a scene without playing it."""
        self.stand()
        self.at = min(max(at, 0), len(self.scenes) - 1)
        self.revealed = min(max(revealed, 0), self.steps)
        st.query_params[STEP] = f"{self.at}.{self.revealed}"

    def reveal(self, revealed: int) -> None:
        """Show so many cells of the scene. Newly revealed cells of a recording are played."""
        before = self.revealed
        self.go_to(self.at, revealed)
        comparison = self.comparison
        if self.recording and (cells := comparison.cells[before:revealed]):
            self.player = playback.player_of(self.recording, replace(comparison, cells=cells))
            self.player.play()

    def stand(self) -> None:
        """Stop playing: the playing answers are shown complete."""
        if self.player:
            self.player.pause()
            self.player = None


def _has_link(source_id: str) -> bool:
    """Return whether a report of this source has a valid link."""
    return app.get().settings.is_sharing and bool(library().shares.of(source_id, datetime.now(UTC)))


def held() -> PresentationState | None:
    """Return this tab's presentation."""
    known = widgets.value(KEY)
    return known if isinstance(known, PresentationState) else None


def current() -> PresentationState | None:
    """Return the presentation of the source in the address; `None` if there is none."""
    name: Name = "recording" if playback.OPEN in st.query_params else "comparison"
    wanted, state = st.query_params.get(name) or "", held()
    if state and (state.name, state.id) != (name, wanted):
        state.stand()
        state = None
    if state and state.recording:
        return state
    found = _recorded(wanted) if name == "recording" else _stored(wanted)
    if found and state:
        state.comparisons, state.live = found.comparisons, found.live
        state.round, state.counted, state.room = found.round, found.counted, found.room
        state.revealed = min(state.revealed, state.steps)
    else:
        state = found
        _take_step(state)
    widgets.put(KEY, state)
    return state


def _take_step(state: PresentationState | None) -> None:
    """Go to the step in the address, if it names one."""
    if state and (step := re.fullmatch(r"(\d{1,4})\.(\d{1,4})", st.query_params.get(STEP, ""))):
        state.go_to(int(step[1]), int(step[2]))


def _recorded(recording_id: str) -> PresentationState | None:
    found = playback.find(recording_id)
    return PresentationState("recording", recording_id, list(found.comparisons), found) if found else None


def _stored(comparison_id: str) -> PresentationState | None:
    """Return the presentation of a comparison with a question. While replies run, all cells are visible."""
    for _ in range(2):  # the engine drops a reply's tape once it has ended and is stored: read again
        found = library().comparisons.get(comparison_id)
        if not found or not count_questions(found):
            return None
        votes = library().votes.latest(comparison_id)
        state = PresentationState("comparison", comparison_id, [found], round=votes)
        if votes and not votes.is_open:
            state.counted = library().votes.tally(votes.id)
        if app.get().settings.is_sharing:
            state.room = library().rooms.of(comparison_id, datetime.now(UTC))
        cells = state.comparison.cells
        running = [cell.leaf_id for cell in cells if _is_running(cell)]
        state.live = _tapes(state.comparison)
        if all(id_ in state.live for id_ in running):
            break
    state.revealed = len(cells) if running else 0
    return state


def _is_running(cell: Conversation) -> bool:
    reply = cell.path()[-1].reply
    return bool(reply and reply.state is State.RUNNING)


def _tapes(comparison: Comparison) -> dict[str, LiveTape]:
    """Return the tapes of the running replies."""
    engine, last = app.get().engine, [cell.leaf_id or "" for cell in comparison.cells]
    found = {id_: engine.follow(person_id(), id_) for id_ in last}
    return {id_: tape for id_, tape in found.items() if tape}


@errors.stored
def step_on() -> None:
    """Take the next step; after the ballot close the vote, after the last step go to the next question."""
    if not (state := held()):
        return
    if state.may_close and state.round:
        rounds.reveal(state.comparison, state.round.id)
    elif state.revealed < state.steps:
        state.reveal(state.revealed + 1)
    elif state.at + 1 < len(state.scenes):
        state.go_to(state.at + 1, 0)


def step_back() -> None:
    """Hide the step revealed last; before the first one go to the previous question."""
    if not (state := held()):
        return
    if state.revealed:
        state.go_to(state.at, state.revealed - 1)
    elif state.at:
        state.go_to(state.at - 1, sys.maxsize)


def reveal_all() -> None:
    """Reveal all cells at once."""
    if state := held():
        state.reveal(len(state.comparison.cells))


def press() -> None:
    """Perform the action of the pressed key."""
    pressed = (widgets.value(keys.KEY) or {}).get(keys.PRESSED)
    match pressed:
        case keys.NEXT:
            step_on()
        case keys.BACK:
            step_back()
        case keys.PAUSE:
            pause_or_play()
        case keys.LEAVE:
            leave()


def pause_or_play() -> None:
    """Pause a playing recording, or resume it."""
    if (state := held()) and state.player:
        (state.player.pause if state.player.is_playing else state.player.play)()


def leave() -> None:
    """Go back to where the presentation was started."""
    if state := held():
        state.stand()
        state.has_left = True


def choose() -> None:
    """Take over the widgets' choices: how many cells are visible at a time, and whether costs are."""
    if state := held():
        state.view = ONE if widgets.value(VIEW) == ONE else ALL
        state.has_costs = bool(widgets.value(COSTS))
