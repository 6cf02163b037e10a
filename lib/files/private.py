"""Keeps the data folder its owner's alone, whatever the umask is and whoever made the folder."""

import contextlib
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The rights of everybody but the owner."""
log = logging.getLogger(__name__)


def keep_private(folder: Path, *ours: str) -> None:
    """Whatever this process makes from now on is its owner's; so become `folder` and what is ours in it.

    `ours` are patterns of names: what else lies in the folder is not touched. A folder that cannot be changed
    is told in the log and used as it is: a mounted volume may belong to somebody else.
    """
    # For the whole process and for good: SQLite and libraries make files that no mode can be given to.
    os.umask(OTHERS)
    was_open = _is_open(folder)
    for path in (folder, *_inside(folder, ours)):
        _close(path)
    if was_open and _is_open(folder):
        log.warning("Other users can read %s, and its mode cannot be changed.", folder)
    elif was_open:
        log.warning("Other users could read %s. Now it is its owner's alone.", folder)


def _inside(folder: Path, ours: tuple[str, ...]) -> Iterator[Path]:
    """What is ours; what lies below a folder that is closed already cannot be reached, so it is left out."""
    for path in (found for pattern in ours for found in folder.glob(pattern)):
        below = path.rglob("*") if path.is_dir() and _is_open(path) else ()
        # A link may lead out of the folder, to where whoever could write here wants a mode changed.
        yield from (each for each in (path, *below) if not each.is_symlink())


def _is_open(path: Path) -> bool:
    try:
        return os.name == "posix" and bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False


def _close(path: Path) -> None:
    """Take everybody else's rights away, where that is for us to decide."""
    with contextlib.suppress(OSError):  # it may also be gone: another process tidies up
        status = path.stat()
        # Even root leaves alone what is somebody else's, and a folder that all are meant to use (`/tmp`).
        if _is_open(path) and status.st_uid == os.geteuid() and not status.st_mode & stat.S_ISVTX:
            path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)
