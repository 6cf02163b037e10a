"""Another process of the app, in the middle of a reply."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lib.engine.recovery.watchdog import BEAT_SECONDS
from tests.app_server import ROOT
from tests.scripted_gateway import ScriptedGateway

CONVERSATION = "c"
OTHER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from lib.domain.models.connection import Connection
from lib.domain.conversation.conversations import Conversation
from lib.domain.reply.tape import text_of
from lib.engine.recovery import watchdog
from lib.engine.engine import Engine
from lib.gateway.client import Gateway
from lib.store import Store
watchdog.BEAT_SECONDS = float(sys.argv[3])
now = datetime.now(UTC)
chat = Conversation("c", "", now, now, "model-a")
place = sys.argv[1]
engine = Engine(Gateway(), Store(place if "://" in place else Path(place)))
to = Connection(sys.argv[2])
tape = engine.say("local", chat, "Count", parent_id=None, connection=to, send_id="s", session_id="s").tape
while "two" not in text_of(tape.events):
    tape.wait(len(tape.events), 1.0)
engine.flush()
print(tape.reply_id, flush=True)
tape.wait_closed()
print(tape.reply().state, flush=True)
engine.stop()
"""
"""Begins a reply, journals two words of it, and tells how it ended."""


@contextmanager
def other_process(
    path: Path | str, gateway: ScriptedGateway, beat_seconds: float = BEAT_SECONDS
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Gives the process, killed at the end, and the id of its reply, of which two words are stored."""
    command = [sys.executable, "-c", OTHER, str(path), gateway.base_url, str(beat_seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()
