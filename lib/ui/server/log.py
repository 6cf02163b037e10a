"""The log: text from the network can neither start a new line in it nor move a terminal's cursor."""

import logging
import re
import traceback
from typing import Any

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


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


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def install() -> None:
    """Use this record for everything logged from now on, by any logger."""
    logging.setLogRecordFactory(OneLineRecord)
