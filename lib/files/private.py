"""Keeps the data folder private to its owner, whatever the umask is and whoever created the folder."""

import contextlib
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The permissions of everybody but the owner."""
log = logging.getLogger(__name__)


def keep_private(folder: Path, *ours: str) -> None:
    """Make `folder`, our files in it, and everything this process creates from now on private to the owner.

    `ours` are name patterns: other files in the folder are not touched. If a folder cannot be changed, log it
    and use the folder as it is: a mounted volume may belong to somebody else.
    """
    # For the whole process and for good: SQLite and libraries create files without a mode argument.
    os.umask(OTHERS)
    was_open = _is_open(folder)
    for path in (folder, *_inside(folder, ours)):
        _close(path)
    if was_open and _is_open(folder):
        log.warning("Other users can read %s, and its mode cannot be changed.", folder)
    elif was_open:
        log.warning("Other users could read %s. Now only its owner can.", folder)


def _inside(folder: Path, ours: tuple[str, ...]) -> Iterator[Path]:
    """Our files; those below a folder that is already private cannot be reached, so they are left out."""
    for path in (found for pattern in ours for found in folder.glob(pattern)):
        below = path.rglob("*") if path.is_dir() and _is_open(path) else ()
        # A link may lead out of the folder, to a file whose mode an attacker wants changed.
        yield from (each for each in (path, *below) if not each.is_symlink())


def _is_open(path: Path) -> bool:
    try:
        return os.name == "posix" and bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False


def _close(path: Path) -> None:
    """Remove everybody else's permissions, if the path is ours."""
    with contextlib.suppress(OSError):  # it may also be gone: another process cleans up
        status = path.stat()
        # Even root leaves other people's files alone, and folders that everybody shares (`/tmp`).
        if _is_open(path) and status.st_uid == os.geteuid() and not status.st_mode & stat.S_ISVTX:
            path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)
