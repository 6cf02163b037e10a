"""The log: one kind of line, whoever writes it, and nothing in it that a terminal would obey."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.logger import get_logger
from streamlit.testing.v1 import AppTest
from structlog.contextvars import bound_contextvars

from lib.ui.server import log
from lib.ui.server.log import JsonLines

FORGED = "line\n2026-01-01 forged\x1b[2J\x85"


@pytest.fixture(autouse=True)
def _uninstalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is installed here is gone afterwards; the standard error is put back, too."""
    root = logging.getLogger()
    before = list(root.handlers)
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", io.StringIO())
        yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)


def write(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Install the log in this format, and have others and us write to it."""
    monkeypatch.setenv("CHAT_LOG_FORMAT", kind)
    log.install()
    with bound_contextvars(request_id="r1"):
        logging.getLogger("lib.here").warning("Said: %s", FORGED)
    get_logger("streamlit.there").info("Theirs")
    try:
        raise ValueError(FORGED)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Broken")


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_for_people_it_is_a_line_with_what_is_known(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write(monkeypatch, "console")
    written = capfd.readouterr().err
    lines = [line for line in written.splitlines() if not line.startswith("    ")]
    assert len(lines) == 3
    assert "[warning" in lines[0]
    assert r"Said: line\n2026-01-01 forged\x1b[2J\x85" in lines[0]
    assert "[lib.here]" in lines[0]
    assert "request_id=r1" in lines[0]
    assert "ValueError" in written
    assert not {"\x1b", "\x85"} & set(written)


def test_as_json_it_is_an_object_a_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write(monkeypatch, "json")
    ours, theirs, broken = objects(capfd.readouterr().err)
    assert (ours["level"], ours["logger"], ours["request_id"]) == ("warning", "lib.here", "r1")
    assert ours["event"] == r"Said: line\n2026-01-01 forged\x1b[2J\x85"
    assert (theirs["event"], theirs["logger"]) == ("Theirs", "streamlit.there")
    assert "request_id" not in theirs
    assert broken["event"] == "Broken"
    assert "ValueError: line" in broken["exception"]
    assert "\x1b" not in broken["exception"]


def test_what_a_run_of_a_page_logs_names_its_tab_by_a_hash(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHAT_LOG_FORMAT", "json")
    log.install()

    def page() -> None:
        import logging

        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context = get_script_run_ctx()
        assert context
        logging.getLogger("lib.page").warning("Drawn, %d", len(context.session_id))

    AppTest.from_function(page).run()
    [line] = [each for each in objects(capfd.readouterr().err) if each["logger"] == "lib.page"]
    assert len(line["session_id"]) == 12


def test_what_is_printed_past_the_log_is_an_object_a_line_too() -> None:
    written = io.StringIO()
    stream = JsonLines(written)
    stream.write("  The first")
    stream.write(" line\nand the\x1b[2J second\n\nan unfinished one")
    assert [each["event"] for each in objects(written.getvalue())] == [
        "The first line",
        "and the\x1b[2J second",
    ]
    assert "\x1b" not in written.getvalue()
