"""The log: everything that is logged, by us or by others, goes to the standard error as one kind of line.

Text from the network can neither start a new line in it nor move a terminal's cursor.
"""

import io
import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from streamlit import logger as streamlit_logger
from streamlit.runtime.scriptrunner import get_script_run_ctx
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger
from uvicorn import config as uvicorn_config

from lib import config
from lib.domain.people.identity import log_name
from lib.web.sign_in.identity import TABS

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UVICORN = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error")


class OneLineRecord(logging.LogRecord):
    """A record whose message is one line; the lines of its traceback are indented."""

    def __init__(self, *values: Any, **fields: Any) -> None:
        super().__init__(*values, **fields)
        try:
            message = self.getMessage()
        except (TypeError, ValueError):  # the caller's format does not fit its arguments
            message = f"{self.msg} {self.args}"
        self.msg, self.args = _CONTROL.sub(_escaped, message), ()
        if self.exc_info and self.exc_info[0]:
            lines = "".join(traceback.format_exception(*self.exc_info)).splitlines()
            # Formatters print `exc_text` if it is set, instead of formatting the traceback themselves.
            self.exc_text = "\n".join(f"    {_CONTROL.sub(_escaped, line)}" for line in lines)


class JsonLines(io.TextIOBase):
    """A standard error for those who write to it without a logger: each of their lines becomes an object."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._begun = stream, ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(str.strip, lines):
            at = datetime.now(UTC).isoformat()
            said = {"event": line.strip(), "level": "info", "logger": "stderr", "timestamp": at}
            self._stream.write(json.dumps(said) + "\n")
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()


def install() -> None:
    """Write everything that is logged from now on, by any logger, as `CHAT_LOG_FORMAT` says."""
    logging.setLogRecordFactory(OneLineRecord)
    is_json = config.log_format() == "json"
    # Not `sys.stderr`: this one stays, whoever replaces that.
    stream = sys.__stderr__
    if stream is None:  # a service without a console on Windows
        return
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(is_json=is_json))
    handler.addFilter(_is_news)
    handler.set_name(__name__)
    root = logging.getLogger()
    for other in [other for other in root.handlers if other.get_name() == __name__]:
        root.removeHandler(other)
    root.addHandler(handler)
    streamlit_logger.setup_formatter = _leave_to_root
    for logger in (*streamlit_logger._loggers.values(), *map(logging.getLogger, _UVICORN)):
        _leave_to_root(logger)
    # uvicorn sets up its loggers when it starts, which may be later.
    uvicorn_config.LOGGING_CONFIG["loggers"].clear()
    if is_json and not isinstance(sys.stderr, JsonLines):
        sys.stderr = JsonLines(stream)


def tell_last(sentence: str) -> None:
    """Write why the process cannot go on: for people just that, without a time before it."""
    if isinstance(sys.stderr, JsonLines):
        logging.getLogger(__name__).critical(sentence)
    else:
        sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _is_news(record: logging.LogRecord) -> bool:
    """Whether it is worth a line: that uvicorn starts and stops is not."""
    return record.levelno >= logging.WARNING or not record.name.startswith("uvicorn")


def _leave_to_root(logger: logging.Logger) -> None:
    """Let the root logger's handler write what this one logs. Streamlit calls it for each new logger."""
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True


def _formatter(*, is_json: bool) -> ProcessorFormatter:
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _with_session,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_traceback,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    return ProcessorFormatter(
        foreign_pre_chain=shared, processors=[ProcessorFormatter.remove_processors_meta, renderer]
    )


def _with_session(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Name the browser, or the tab where nobody signs in, if a script run of its page logs this."""
    if context := get_script_run_ctx(suppress_warning=True):
        owner = TABS.owner(context.session_id)
        event["session_id"] = owner.log_name if owner else log_name(context.session_id)
    return event


def _with_traceback(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event.pop("exc_info", None)
    if text := event["_record"].exc_text:
        event["exception"] = text
    return event


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
