"""The doctor: examines a server and a model, one check after another, while any number of pages watch."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from cachetools import TTLCache

from lib.domain.models.connection import Connection
from lib.domain.models.diagnosis import Cost, Finding, Text, Verdict, learnt
from lib.engine.loop import Loop
from lib.engine.sending import NOT_FOR_YOU, SendRefused
from lib.gateway.client import Gateway
from lib.gateway.masking import KeyMask
from lib.gateway.probes.checks import PROBES, total_cost
from lib.gateway.probes.probe import Answer, Probe, ProbeContext, skipped
from lib.i18n.translation import lazy
from lib.store import Store
from lib.store.database.errors import StoreError

REMEMBERED, FORGOTTEN_SECONDS = 32, 24 * 3600.0
"""How many last examinations are kept, one for each person and connection, and for how long."""

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Examination:
    """One run of the doctor. Like a tape, it can be followed from its start at any time."""

    base_url: str
    model: str | None
    """The model under examination; `None` until it is known."""
    findings: list[Finding] = field(default_factory=list)
    """Append-only."""
    is_closed: bool = False
    was_stopped: bool = False
    problem: Text | None = None
    """Why it broke off, in one sentence; `None` if it did not."""
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _future: "Future[None] | None" = None

    def wait(self, seen: int, timeout: float) -> bool:
        """Wait for more than `seen` findings or for the end, `timeout` seconds at most."""
        with self._changed:
            return self._changed.wait_for(lambda: self.is_closed or len(self.findings) > seen, timeout)

    def wait_closed(self, timeout: float | None = None) -> bool:
        """Wait for the end, `timeout` seconds at most; return whether it came."""
        with self._changed:
            return self._changed.wait_for(lambda: self.is_closed, timeout)

    def _add(self, finding: Finding) -> None:
        with self._changed:
            if not self.is_closed:
                self.findings.append(finding)
                self._changed.notify_all()

    def _close(self, *, was_stopped: bool = False, problem: Text | None = None) -> bool:
        """End the examination, once; return whether this call ended it."""
        with self._changed:
            if self.is_closed:
                return False
            self.is_closed, self.was_stopped, self.problem = True, was_stopped, problem
            self._changed.notify_all()
            return True


class Doctor:
    """One per engine. Its methods may be called from any thread."""

    def __init__(
        self,
        gateway: Gateway,
        loop: Loop,
        store: Store | None,
        *,
        check_limits: Callable[[str, int], None],
        may_use: Callable[[str, str], bool],
    ) -> None:
        """With a store, what the checks reveal about a model is kept there.

        `check_limits` raises `SendRefused` if a person may not send so many messages; `may_use` tells whether
        they may use a model.
        """
        self._gateway, self._loop, self._store = gateway, loop, store
        self._check_limits, self._may_use = check_limits, may_use
        self._examinations: TTLCache[tuple[str, str], Examination] = TTLCache(REMEMBERED, FORGOTTEN_SECONDS)
        self._lock = threading.Lock()

    @property
    def checks(self) -> Sequence[Probe]:
        """The checks, in the order in which they run."""
        return PROBES

    @property
    def cost(self) -> Cost:
        """The approximate cost of an examination."""
        return total_cost()

    def last(self, person_id: str, connection: Connection) -> Examination | None:
        """The person's examination that runs for this server and key, otherwise the last one."""
        with self._lock:
            return self._examinations.get((person_id, connection.id))

    def examine(self, person_id: str, connection: Connection, model: str | None = None) -> Examination:
        """Start an examination, or return the person's that already runs for this server and key.

        It is over at once where they may not use the model or have reached a limit.
        """
        key = person_id, connection.id
        with self._lock:
            running = self._examinations.get(key)
            if running and not running.is_closed:
                return running
            begun = self._examinations[key] = Examination(connection.base_url, model)
        if refusal := self._refusal(person_id, model):
            begun._close(problem=refusal)
            return begun
        begun._future = self._loop.submit(self._run(begun, person_id, connection))
        begun._future.add_done_callback(lambda future: _ended(begun, future))
        return begun

    def stop(self, examination: Examination) -> None:
        """End the examination now, and keep its findings."""
        # First: cancelling ends it on the loop's thread, and the page that stops it must see it closed now.
        examination._close(was_stopped=True)
        if future := examination._future:
            future.cancel()

    def _refusal(self, person_id: str, model: str | None) -> Text | None:
        """Why nothing may be sent for a person, in a sentence."""
        if model and not self._may_use(person_id, model):
            return NOT_FOR_YOU
        try:
            self._check_limits(person_id, 1)
        except SendRefused as refused:
            return str(refused)
        return None

    async def _run(self, examination: Examination, person_id: str, connection: Connection) -> None:
        async with self._gateway.lend(connection) as client:
            context = ProbeContext(client, connection, examination.model, partial(self._usable, person_id))
            blocked: dict[str, str] = {}
            for probe in PROBES:
                finding = await _made(probe, context, blocked)
                examination.model = context.model
                examination._add(finding)
        await self._keep(examination)
        examination._close()

    async def _usable(self, person_id: str, models: Sequence[str]) -> Sequence[str]:
        """Those of the models that a person may use."""
        return await asyncio.to_thread(lambda: [each for each in models if self._may_use(person_id, each)])

    async def _keep(self, examination: Examination) -> None:
        found = learnt(examination.findings)
        if not self._store or not examination.model or not found:
            return
        try:
            await asyncio.to_thread(
                self._store.capabilities.learn,
                examination.base_url,
                examination.model,
                found,
                datetime.now(UTC),
            )
        except StoreError as error:
            log.error("The doctor's results are not stored: %s", error)


async def _made(probe: Probe, context: ProbeContext, blocked: dict[str, str]) -> Finding:
    """Run a check, or skip it if one that it needs failed. `blocked` maps checks to the title of that one."""
    culprit = next((blocked[name] for name in probe.needs if name in blocked), None)
    started = time.perf_counter()
    answer = (
        skipped(lazy("“{check}” has to pass first.", check=lazy(culprit)))
        if culprit
        else await probe.run(context)
    )
    if culprit or answer.verdict is Verdict.FAIL:
        blocked[probe.name] = culprit or probe.title
    return _finding(probe, answer, context.connection, (time.perf_counter() - started) * 1000)


def _finding(probe: Probe, answer: Answer, connection: Connection, duration_ms: float) -> Finding:
    advice = answer.advice
    if answer.verdict is Verdict.NOT_SUPPORTED and advice is None:
        advice = _otherwise(probe)
    mask = KeyMask(connection)  # servers echo what they were sent, in any form
    meaning = mask.said(answer.meaning)
    return Finding(
        probe.name, probe.title, answer.verdict, meaning, advice, probe.capability, round(duration_ms, 1)
    )


def _otherwise(probe: Probe) -> Text | None:
    if probe.otherwise:
        return lazy(probe.otherwise)
    return lazy("The page does not offer it for this model.") if probe.capability else None


def _ended(examination: Examination, future: "Future[None]") -> None:
    """Close an examination that its task left open: our own code failed, and watchers must not hang."""
    examination._future = None  # a cancelled future holds its last frames, and these hold the key
    if future.cancelled():
        examination._close(was_stopped=True)
    elif examination._close(problem=lazy("The check broke off inside this app.")):
        log.error("An examination ended unexpectedly.", exc_info=future.exception())
