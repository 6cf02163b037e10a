"""Reads the values of variables, wherever they are set."""

import math
import stat
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lib.config.variables import DEFAULTS
from lib.i18n.translation import Lazy, lazy

LARGEST_FILE = 8192
"""Bytes of a file that holds a key or another secret. A larger one is probably the wrong one."""

SECONDS = lazy("seconds")


class ConfigurationError(Exception):
    """A setting that cannot be used. The message is one sentence that names the variable."""


class Values:
    """Looks values up by name in the sources; an empty text counts as not set."""

    def __init__(self, sources: tuple[Mapping[str, Any], ...]) -> None:
        self._sources = sources

    def is_set(self, name: str) -> bool:
        return any(str(source.get(name) or "").strip() for source in self._sources)

    def text(self, name: str) -> str:
        for source in self._sources:
            if value := str(source.get(name) or "").strip():
                return value
        return DEFAULTS[name]

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        try:
            return Path(text).expanduser() if text else None
        except RuntimeError:
            raise ConfigurationError(
                lazy("{name} names the home folder of an unknown user.", name=name)
            ) from None

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name).lower()
        if value not in allowed:
            raise ConfigurationError(
                lazy(
                    "{name} must be one of {allowed}, not '{given}'.",
                    name=name,
                    allowed=", ".join(allowed),
                    given=self.text(name),
                )
            )
        return value

    def number(self, name: str, unit: Lazy = SECONDS, *, is_positive: bool = False) -> float:
        try:
            value = float(self.text(name))
        except ValueError:
            value = math.nan
        # This refuses NaN too, which fails every comparison.
        if not 0 <= value < math.inf:
            raise ConfigurationError(
                lazy(
                    "{name} must be a number of {unit}, not '{given}'.",
                    name=name,
                    unit=unit,
                    given=self.text(name),
                )
            )
        if is_positive and not value:
            raise ConfigurationError(lazy("{name} must be more than 0 {unit}.", name=name, unit=unit))
        return value

    def days(self, name: str) -> timedelta | None:
        """Return a period; `None` if it is not set."""
        if not self.is_set(name):
            return None
        try:
            return timedelta(days=self.number(name, lazy("days"), is_positive=True))
        except OverflowError:
            raise ConfigurationError(
                lazy("{name} is too long a time; leave it empty instead.", name=name)
            ) from None

    def time_zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(self.text(name))
        except (LookupError, ValueError, OSError):  # not known, not a name, or the folder of a continent
            raise ConfigurationError(
                lazy(
                    "{name} must be the name of a time zone, like Europe/Berlin, not '{given}'.",
                    name=name,
                    given=self.text(name),
                )
            ) from None

    def names(self, name: str, read: Callable[[str], str], kind: Lazy) -> tuple[str, ...]:
        """Return comma-separated values; `read` raises `ValueError` for an invalid one."""
        given = [part.strip() for part in self.text(name).split(",") if part.strip()]
        try:
            return tuple(map(read, given))
        except ValueError:
            raise ConfigurationError(
                lazy("{name} must be {kind}, separated by commas.", name=name, kind=kind)
            ) from None

    def switch(self, name: str) -> bool:
        return self.choice(name, ("on", "off")) == "on"


# No message names the file: somebody may have put the key itself into the variable.


def file_content(variable: str, file: str) -> bytes:
    try:
        path = Path(file).expanduser()
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe might block forever
            raise ConfigurationError(
                lazy("{variable} cannot be read: it is not a regular file.", variable=variable)
            )
        with path.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigurationError(
            lazy("{variable} cannot be read: {strerror}.", variable=variable, strerror=error.strerror)
        ) from None
    except (ValueError, RuntimeError):  # a NUL in the path, or an unknown user's home folder
        raise ConfigurationError(
            lazy("{variable} cannot be read: it is not a path.", variable=variable)
        ) from None
