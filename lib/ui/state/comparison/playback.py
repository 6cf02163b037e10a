"""The state of a tab's recordings page: the open recording and its player."""

import math
from dataclasses import dataclass, field

import streamlit as st

from lib import app
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.playback import AT_ONCE, ORIGINAL, Pace, count_questions, exchanges, scene
from lib.domain.comparison.recordings import Recording
from lib.domain.people.grants import GrantKind
from lib.domain.text.markdown.literal import literal
from lib.domain.text.validation import FormatError
from lib.engine.playback.player import Player
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.kit import scrubber
from lib.ui.state import person, shared, widgets
from lib.ui.state.person import library

KEY = "replaying"
OPEN = "recording"
"""Query parameter: `?recording=<id>` opens a recording."""
PACE, PROMPT, QUESTION = "pace", "replay_prompt", "replay_question"
"""Keys of the widgets that choose the pace, the prompt of a deck, and the question of a conversation."""
PACES: dict[Pace, str] = {
    ORIGINAL: mark("Original pace"),
    10.0: mark("10 tokens/s"),
    30.0: mark("30 tokens/s"),
    100.0: mark("100 tokens/s"),
    AT_ONCE: mark("At once"),
}
"""The paces with their names, marked for translation."""


@dataclass(slots=True)
class PlaybackState:
    """An open recording: one of its comparisons, one question in that, and the player of its answers."""

    recording: Recording
    owner: str = ""
    """The name of whoever shows it; empty if it is one's own."""
    at: int = 0
    """Index of the shown comparison."""
    number: int = 0
    """Index of the shown question."""
    player: Player = field(init=False)

    def __post_init__(self) -> None:
        self.player = self._player(ORIGINAL)

    @property
    def comparison(self) -> Comparison:
        """The shown comparison, each cell cut after its answer to the shown question."""
        return scene(self.recording.comparisons[self.at], self.number)

    @property
    def questions(self) -> int:
        """The number of questions in the shown comparison."""
        return count_questions(self.recording.comparisons[self.at])

    def go_to(self, at: int, number: int = 0) -> None:
        """Show and play another comparison of the recording, or another question."""
        self.player.pause()
        self.at = min(max(at, 0), len(self.recording.comparisons) - 1)
        self.number = min(max(number, 0), self.questions - 1)
        self.player = self._player(self.player.pace)
        self.player.play()

    def _player(self, pace: Pace) -> Player:
        """Return a player of each cell's last reply."""
        player = player_of(self.recording, self.comparison)
        player.set_pace(pace)
        return player


def player_of(recording: Recording, comparison: Comparison) -> Player:
    """Return a player of each cell's last reply; a synthesis plays after the answers that it merges."""
    compared = {cell.id for cell in comparison.compared}
    last = {cell.id: exchanges(cell)[-1].last.id for cell in comparison.cells}
    tapes = {id_: recording.tapes[id_] for id_ in last.values()}
    later = {id_ for cell_id, id_ in last.items() if cell_id not in compared}
    return app.get().engine.player(tapes, later=later)


def held() -> PlaybackState | None:
    """Return this tab's open recording."""
    known = widgets.value(KEY)
    return known if isinstance(known, PlaybackState) else None


def current(*, is_played: bool = True) -> PlaybackState | None:
    """Return the recording in the address; `None` if it names none, or one that does not exist.

    A newly opened recording plays at once.
    """
    wanted, state = st.query_params.get(OPEN), held()
    if state and (not wanted or wanted != state.recording.id or state.owner != owner_of(wanted)):
        state.player.pause()
        state = None
    if wanted and not state and (found := find(wanted)):
        state = PlaybackState(found, owner_of(wanted))
        if is_played:
            state.player.play()
    widgets.put(KEY, state)
    if wanted and not state:
        del st.query_params[OPEN]
    return state


def find(recording_id: str) -> Recording | None:
    """Return the recording with this id, or show a toast and return `None`."""
    try:
        if found := library().recordings.get(recording_id) or _shown(recording_id):
            return found
        st.toast(_("This recording no longer exists."), icon=":material/search_off:")
    except FormatError as error:
        st.toast(literal(str(error)), icon=":material/error:")
    return None


def _shown(recording_id: str) -> Recording | None:
    """Return the recording with this id, if somebody shows it."""
    if shared.received(GrantKind.RECORDING, recording_id):
        return library().shared.recording(recording_id, shared.now())
    return None


def owner_of(recording_id: str) -> str:
    """Return the name of whoever shows this recording; empty if it is one's own."""
    if not person.identity() or library().recordings.title(recording_id) is not None:
        return ""
    found = shared.received(GrantKind.RECORDING, recording_id)
    return found.owner if found else ""


def go_to(recording_id: str | None) -> None:
    """Put a recording into the address; `None` goes back to the list."""
    st.query_params.from_dict({OPEN: recording_id} if recording_id else {})


def play() -> None:
    if state := held():
        state.player.play()


def pause() -> None:
    if state := held():
        state.player.pause()


def seek() -> None:
    """Seek to the position chosen on the timeline."""
    # A component's value comes from the browser: it may be anything.
    wanted = (widgets.value(scrubber.KEY) or {}).get(scrubber.SEEK)
    if (state := held()) and isinstance(wanted, int | float) and math.isfinite(wanted):
        state.player.seek(float(wanted))


def set_pace() -> None:
    """Play at the chosen pace."""
    if state := held():
        chosen = widgets.value(PACE)
        state.player.set_pace(list(PACES)[chosen] if isinstance(chosen, int) else ORIGINAL)


def choose_prompt() -> None:
    """Show the chosen prompt of a deck."""
    if (state := held()) and isinstance(wanted := widgets.value(PROMPT), int):
        state.go_to(wanted)


def choose_question() -> None:
    """Show the chosen question of a conversation."""
    if (state := held()) and isinstance(wanted := widgets.value(QUESTION), int):
        state.go_to(state.at, wanted)
