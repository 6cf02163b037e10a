"""Makes the recordings that come with the app again: `python -m tests.record_builtin`.

The real app with the embedded model is asked as a person would; what it keeps is written to
`lib/engine/recordings/`, in place of what was there.
"""

import json
import sys
import tempfile
from pathlib import Path

from lib.app import DATABASE
from lib.domain.comparison import recordings
from lib.domain.people.people import LOCAL
from lib.engine.playback.builtin import FOLDER
from lib.gateway.embedded.model import NAME
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket

SWEEP = "Write a short poem about the sea."
REPLY = "What is a rainbow? Explain it in three sentences."


def main() -> None:
    """Ask, keep, and write down."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with AppServer(data, CHAT_LOCAL_MODEL="on") as server:
            keep_sweep(server.url)
            keep_reply(server.url)
        store = Store(data / DATABASE)
        made = [
            store.of(LOCAL).recordings.get(summary.id) for summary in store.of(LOCAL).recordings.latest(2)
        ]
        store.close()
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for recording in filter(None, made):
        file = FOLDER / f"{recording.id}.json"
        text = json.dumps(recordings.to_json(recording), ensure_ascii=False, separators=(",", ":"))
        file.write_text(text + "\n", "utf-8")
        sys.stdout.write(f"{file.name}: {recording.title}, {len(text) / 1000:.0f} kB\n")


def keep_sweep(url: str) -> None:
    """One question at three temperatures."""
    with PageSocket(url, f"models={NAME}", "compare") as tab:
        tab.wait_until_idle()
        tab.click("sweep")
        tab.wait_until_idle()
        tab.ask(SWEEP)
        tab.wait_until_idle()
        tab.click("keep")
        tab.wait_for(lambda: "Kept" in tab.toasts, "The recording")


def keep_reply(url: str) -> None:
    """One question in the chat."""
    with PageSocket(url) as tab:
        tab.ask(REPLY)
        tab.wait_for(lambda: bool(tab.footer), "The answer")
        tab.wait_until_idle()
        tab.choose("turn", "Keep as recording")
        tab.wait_for(lambda: "Kept" in tab.toasts, "The recording")


if __name__ == "__main__":
    main()
