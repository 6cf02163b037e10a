"""Runs decks: one row after another, all cells of a row at once, whether or not a page is open."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from lib.domain.comparison import deck_runs
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import DeckRun
from lib.domain.comparison.decks import Prompt
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.connection import Connection
from lib.engine.live import LiveTape
from lib.engine.loop import Loop
from lib.engine.sending import Accepted
from lib.engine.series import backoff
from lib.engine.series.shared import SharedSeries
from lib.i18n.translation import lazy
from lib.store import Store
from lib.store.database.errors import StoreError
from lib.store.series import Kind, Series, Wish

Send = Callable[..., Accepted | None]
"""The engine's `say` or `regenerate`."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Work:
    """A deck run in progress, and for whom it runs."""

    run: DeckRun
    person_id: str
    connection: Connection
    session_id: str
    is_pausing: bool = False
    is_stopping: bool = False
    is_lost: bool = False
    """Whether another process goes on with it."""
    tapes: list[LiveTape] = field(default_factory=list)
    """The tapes of the current row."""

    @property
    def key(self) -> tuple[str, str]:
        return self.person_id, self.run.id

    @property
    def is_ending(self) -> bool:
        return self.is_pausing or self.is_stopping or self.is_lost


class DeckRuns:
    """The deck runs of one process, and what a person wants of those of others.

    If a process ends, another one goes on with its runs. Where there is none, or the run used a key of its
    visitor's own, it is paused: starting it again asks for the missing answers.
    """

    def __init__(
        self,
        loop: Loop,
        store: Store | None,
        *,
        shared: SharedSeries | None,
        is_leaving: Callable[[], bool],
        say: Send,
        regenerate: Send,
        ended: Callable[[str], Awaitable[None]],
        flush: Callable[[], bool],
        cancel: Callable[[str, str], None],
        is_behind: Callable[[str, str], bool],
    ) -> None:
        """`ended` waits until the reply with an id has ended, `flush` until all ended replies are stored;
        `is_behind` returns whether a person's conversation waits to be stored, `is_leaving` whether this
        process is about to stop."""
        self._loop, self._store, self._say, self._regenerate = loop, store, say, regenerate
        self._ended, self._flush, self._cancel, self._is_behind = ended, flush, cancel, is_behind
        self._works: dict[tuple[str, str], _Work] = {}
        """By person and run."""
        self._problems: dict[tuple[str, str], BaseException] = {}
        self._changing = threading.Lock()
        self._shared, self._is_leaving = shared, is_leaving
        if shared:
            shared.register(Kind.DECK_RUN, self)

    def start(self, person_id: str, run: DeckRun, connection: Connection, *, session_id: str) -> bool:
        """Ask the cells of a stored run that have no whole answer. Return whether this call started the run.

        A run that is about to pause continues, wherever it runs. Needs a store.
        """
        with self._changing:
            work = self._works.get((person_id, run.id))
            if work and not work.is_stopping:
                was_pausing, work.is_pausing = work.is_pausing, False
        if work:
            is_continued = not work.is_stopping and was_pausing
            if is_continued:
                self._tell(person_id, run.id, Wish.GO_ON)
            return is_continued
        if not self._store or not self._shared:
            return False
        if elsewhere := self._shared.elsewhere(person_id, run.id):
            self._tell(person_id, run.id, Wish.GO_ON)
            return elsewhere.wish is Wish.PAUSE
        if not self._shared.begin(Kind.DECK_RUN, person_id, run.id, connection, session_id, {}):
            return False
        return self._begin_work(_Work(run, person_id, connection, session_id), self._store)

    def _begin_work(self, work: _Work, store: Store) -> bool:
        with self._changing:
            if work.key in self._works:
                return False
            self._works[work.key] = work
            self._problems.pop(work.key, None)
        # Outside the lock, which is not reentrant: if the future is
        # already done, `_over` is called right here.
        self._loop.submit(self._work(work, store)).add_done_callback(lambda done: self._over(work, done))
        return True

    def take_up(self, series: Series, connection: Connection) -> bool:
        """Go on with a run that another process began; return `False` if it is gone."""
        if not self._store or not (run := self._store.of(series.person_id).deck_runs.get(series.id)):
            return False
        return self._begin_work(_Work(run, series.person_id, connection, series.session_id), self._store)

    def hear(self, series: Series) -> None:
        """Do what the person wants of a run here."""
        if series.wish is Wish.STOP:
            self._stop(series.person_id, series.id)
        else:
            self._pause(series.person_id, series.id, is_pausing=series.wish is Wish.PAUSE)

    def lose(self, person_id: str, id_: str) -> None:
        """Begin nothing more of a run: another process goes on with it."""
        with self._changing:
            if work := self._works.get((person_id, id_)):
                work.is_lost = True

    def is_running(self, person_id: str, run_id: str) -> bool:
        """Whether some process is working on a run, even if only to end it."""
        return (person_id, run_id) in self._works or self._elsewhere(person_id, run_id) is not None

    def is_ending(self, person_id: str, run_id: str) -> bool:
        """Whether a run starts nothing more and waits for its running replies."""
        if work := self._works.get((person_id, run_id)):
            return work.is_ending
        elsewhere = self._elsewhere(person_id, run_id)
        return elsewhere is not None and elsewhere.wish is not Wish.GO_ON

    def problem(self, person_id: str, run_id: str) -> str | None:
        """Why a run broke off, in one sentence."""
        error = self._problems.get((person_id, run_id))
        return str(error) if error else None

    def pause(self, person_id: str, run_id: str) -> None:
        """Start nothing more; running replies may finish."""
        self._pause(person_id, run_id)
        self._tell(person_id, run_id, Wish.PAUSE)

    def stop(self, person_id: str, run_id: str) -> None:
        """Start nothing more, and stop the running replies."""
        self._stop(person_id, run_id)
        self._tell(person_id, run_id, Wish.STOP)

    def _pause(self, person_id: str, run_id: str, *, is_pausing: bool = True) -> None:
        with self._changing:
            if work := self._works.get((person_id, run_id)):
                work.is_pausing = is_pausing

    def _tell(self, person_id: str, run_id: str, wish: Wish) -> None:
        if self._shared:
            self._shared.want(person_id, run_id, wish)

    def _elsewhere(self, person_id: str, run_id: str) -> Series | None:
        return self._shared.elsewhere(person_id, run_id) if self._shared else None

    def _stop(self, person_id: str, run_id: str) -> None:
        with self._changing:
            work = self._works.get((person_id, run_id))
            if not work:
                return
            work.is_stopping = True
            tapes = list(work.tapes)
        for tape in tapes:
            self._cancel(tape.person_id, tape.reply_id)

    def stop_all(self, person_id: str) -> None:
        """Stop all runs of a person, in whatever process."""
        with self._changing:
            ids = {run_id for owner, run_id in self._works if owner == person_id}
        if self._shared:
            ids |= {each.id for each in self._shared.elsewhere_of(person_id) if each.kind is Kind.DECK_RUN}
        for run_id in ids:
            self.stop(person_id, run_id)

    def retry(
        self,
        person_id: str,
        run: DeckRun,
        row_id: str,
        column: int,
        tries: int,
        connection: Connection,
        *,
        session_id: str,
    ) -> LiveTape | None:
        """Ask one cell again after its first `tries`; `None` if that was done before or the cell runs.

        Raises `SendRefused` and `StoreError`.
        """
        self._flush()
        row = self._store.of(person_id).comparisons.get(row_id) if self._store else None
        if row is None or not 0 <= column < len(run.columns) or row.position >= len(run.deck.prompts):
            return None
        found = deck_runs.grid_cells(run, row)[column]
        if found.tries != tries or not found.is_missing:
            return None
        return self._ask(_Work(run, person_id, connection, session_id), row, column)

    async def _work(self, work: _Work, store: Store) -> None:
        """Run to the end. If this process is cancelled or leaves, the run stays for another one."""
        try:
            await self._run(work, store)
        except Exception:
            await asyncio.to_thread(self._end, work)
            raise
        await asyncio.to_thread(self._end, work)

    def _end(self, work: _Work) -> None:
        is_given_back = self._is_leaving() and not (work.is_pausing or work.is_stopping)
        if self._shared and not work.is_lost:
            self._shared.end(work.person_id, work.run.id, is_given_back=is_given_back)

    async def _run(self, work: _Work, store: Store) -> None:
        await asyncio.to_thread(self._flush)  # a reply that has just failed must not look as if it ran
        comparisons = store.of(work.person_id).comparisons
        for row_id in await asyncio.to_thread(comparisons.updated_in_run, work.run.id):
            if self._is_let_go(work):
                return
            # Read when its turn comes: in the meantime one of its cells may have been asked by hand.
            if row := await asyncio.to_thread(comparisons.get, row_id):
                await self._answer(work, row)

    def _is_let_go(self, work: _Work) -> bool:
        """Whether the run ends here; from then on, continuing it means starting it anew."""
        with self._changing:
            if work.is_ending:
                self._works.pop(work.key, None)
            return work.is_ending

    async def _answer(self, work: _Work, row: Comparison) -> None:
        """Ask the unanswered cells of a row, and wait for the answers."""
        for grid_cell in deck_runs.grid_cells(work.run, row):
            if grid_cell.is_missing and not work.is_ending:
                send = partial(self._begin, work, row, grid_cell.column)
                await backoff.begin(send, lambda: work.is_ending)
        await asyncio.gather(*(self._ended(tape.reply_id) for tape in work.tapes))
        ended, work.tapes = work.tapes, []
        await backoff.pause(backoff.wait_after(ended), lambda: work.is_ending)

    def _begin(self, work: _Work, row: Comparison, column: int) -> LiveTape | None:
        tape = self._ask(work, row, column)
        if tape is None:
            return None
        with self._changing:
            work.tapes.append(tape)
            is_late = work.is_stopping
        if is_late:
            self._cancel(tape.person_id, tape.reply_id)
        return tape

    def _ask(self, work: _Work, row: Comparison, column: int) -> LiveTape | None:
        """Send a cell its prompt, or ask for another version of its missing answer."""
        run, prompt = work.run, work.run.deck.prompts[row.position]
        found = deck_runs.grid_cells(run, row)[column]
        cell = _cell(run, row, prompt, column, found.cell)
        if cell.messages:
            send = partial(self._regenerate, work.person_id, cell, cell.path()[0].id)
        else:
            send = partial(
                self._say, work.person_id, cell, prompt.text, parent_id=None, attachments=prompt.attachments
            )
        accepted = send(
            connection=work.connection,
            send_id=f"{run.id}/{row.position}/{column}/{found.tries}",
            session_id=work.session_id,
        )
        if accepted is None:
            return None
        if self._is_behind(
            work.person_id, cell.id
        ):  # it would run in memory, and cost, with nothing to show for it
            self._cancel(work.person_id, accepted.tape.reply_id)
            raise StoreError(lazy("The database cannot be written: the run is paused."))
        return accepted.tape

    def _over(self, work: _Work, done: "Future[None]") -> None:
        error = None if done.cancelled() else done.exception()
        if error:
            log.warning("The run of a deck ended early: %s", error)
        with self._changing:  # whoever sees that it has ended sees why
            if error:
                self._problems[work.key] = error
            if self._works.get(work.key) is work:
                del self._works[work.key]


def _cell(
    run: DeckRun, row: Comparison, prompt: Prompt, column: int, known: Conversation | None
) -> Conversation:
    """The cell with its column's settings: what a person has chosen in it since applies to later turns."""
    now, asked = datetime.now(UTC), run.columns[column]
    # Its id is derived from its place: asked twice at once, it is one cell. Ids are 32 characters.
    cell = known or Conversation(
        f"{row.id[:29]}-{column}", row.title, now, now, comparison_id=row.id, position=column
    )
    return replace(
        cell,
        model=asked.model,
        system_prompt=run.system_prompt(prompt, asked),
        params=asked.params,
        messages=dict(cell.messages),
    )
