"""The database file while the app runs: whether it still exists, is the same, and is intact."""

import sqlite3
from contextlib import closing
from pathlib import Path

from lib.i18n.translation import Lazy, lazy, mark

GONE = lazy(
    "The database file was deleted or moved away while the app was running. "
    "Put it back, or save what is not stored and start the app again."
)
REPLACED = lazy(
    "The database file was replaced by another one while the app was running. "
    "Save what is not stored and start the app again."
)
DAMAGED = mark(
    "The database file is damaged ({fault}). "
    "Save what is not stored, restore a backup and start the app again."
)
_FOR_NOW = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
"""What SQLite reports while somebody else uses the file."""


class DatabaseFile:
    """A file that SQLite has open, with its write-ahead log.

    Only SQLite opens the file here: if anything else in the process opened and closed it, the system would
    drop SQLite's locks on it.
    """

    def __init__(self, path: Path) -> None:
        """`path` is open and stays open, so that no new file can get its inode number."""
        self._path = path
        log = path.with_name(f"{path.name}-wal")
        self._files = [path, log] if log.exists() else [path]  # some file systems allow no such log
        self._opened = self._numbers()
        self._damage: Lazy | None = None
        self._pages = self._longest = 0

    def problem(self) -> Lazy | None:
        """Why nothing may be read or written, in a sentence or two. Takes microseconds: checked each time.

        Otherwise SQLite would go on in the deleted file, and lose everything with its last connection.
        """
        try:
            is_same = self._numbers() == self._opened
        except FileNotFoundError:
            return GONE
        except OSError as error:
            return lazy("The database file cannot be reached: {reason}.", reason=error.strerror)
        return self._damage if is_same else REPLACED

    def look(self) -> Lazy | None:
        """Check the file itself, past all caches; otherwise like `problem`. Takes about a millisecond.

        What a quick check cannot see, such as a changed page in the middle, SQLite reports when it reads it.
        """
        if self.problem() in (GONE, REPLACED):
            return self.problem()
        # Twice: another process may be shrinking the file, which takes two steps.
        fault = self._fault() and self._fault()
        self._damage = lazy(DAMAGED, fault=fault) if fault else None
        return self.problem()

    def _numbers(self) -> list[tuple[int, int]]:
        return [(found.st_dev, found.st_ino) for found in (file.stat() for file in self._files)]

    def _fault(self) -> str | Lazy | None:
        try:
            with closing(sqlite3.connect(uri(self._path, "ro"), uri=True, timeout=1.0)) as fresh:
                [(pages,)] = fresh.execute("PRAGMA page_count")
                [(page_bytes,)] = fresh.execute("PRAGMA page_size")
                fresh.execute("SELECT version_num FROM alembic_version").fetchone()
            size, *log_size = (file.stat().st_size for file in self._files)
        except sqlite3.Error as error:
            # The low byte is the kind of error; the bytes above it distinguish several kinds of busy.
            is_for_now = getattr(error, "sqlite_errorcode", 0) & 0xFF in _FOR_NOW
            return self._damage if is_for_now else str(error)
        except OSError as error:
            return error.strerror
        return lazy("it was cut off") if self._is_cut(pages, page_bytes, size, sum(log_size)) else None

    def _is_cut(self, pages: int, page_bytes: int, size: int, log_size: int) -> bool:
        """Whether the file has lost its end. It may be shorter than its pages: the newest are in the log."""
        missing = pages * page_bytes - size
        was_longer = pages >= self._pages and size < self._longest
        if missing > log_size or (missing > 0 and was_longer):
            return True
        self._pages, self._longest = pages, size
        return False


def lock_of(path: Path) -> Path:
    """The file that every app that runs on a database holds a lock on, for as long as it lives."""
    # Beside the database: SQLite loses its own locks if anybody else in the process closes the file.
    return path.with_name(f"{path.name}.lock")


def uri(path: Path, mode: str) -> str:
    """The URI of a file for SQLite; `mode` is `ro`, `rw` or `rwc`: only the last creates a missing file."""
    return f"{path.absolute().as_uri()}?mode={mode}"
