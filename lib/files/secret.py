"""The installation's secret: it signs cookies and encrypts what is stored, such as the gateway's key.

The file has one secret a line. The first is used for new things; what older ones signed and encrypted is
still accepted. All processes share the file, and notice within a second that it has changed.
"""

import base64
import logging
import os
import secrets
import stat
import threading
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lib.files.private import OTHERS
from lib.i18n.translation import lazy

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

# `cryptography` is imported where it is used: it takes 7 MB, and most installations of one person need none.

SECRET_BYTES, SHORTEST = 32, 32
"""Random bytes of a new secret, and the fewest characters of one."""
LOOK_SECONDS = 1.0
"""How often a process looks whether the file has changed."""
LARGEST_FILE = 8192

log = logging.getLogger(__name__)


class SecretError(Exception):
    """The secret cannot be used. The message is a sentence for whoever runs the installation."""


class InstallationSecret:
    """Derives a key for each purpose. Its methods may be called from any thread."""

    def __init__(self, path: Path | None) -> None:
        """Read the file at `path`, which is made if it is missing; `None` keeps a secret in memory.

        Raises `SecretError`; `OSError` if a missing file cannot be made.
        """
        self._path = path
        if path and not path.exists():
            _make(path)
        self._looked_at, self._seen = time.monotonic(), _version(path)
        self._lines = _read(path) if path else (_fresh(),)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "InstallationSecret('***')"

    def keys(self, purpose: str) -> list[bytes]:
        """The keys for a purpose, of 32 bytes each, newest first: sign with the first, accept all."""
        return [_derived(line, purpose) for line in self._current()]

    def encrypt(self, purpose: str, text: str) -> str:
        """Encrypt with the newest key."""
        return self._fernet(purpose).encrypt(text.encode()).decode()

    def decrypt(self, purpose: str, encrypted: str) -> str | None:
        """Decrypt with whichever key fits; `None` if another installation's secret encrypted it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet(purpose).decrypt(encrypted.encode()).decode()
        except (InvalidToken, UnicodeError):
            return None

    def rotate(self) -> None:
        """Put a new secret in front of the others. Raises `OSError`."""
        self._write((_fresh(), *self._current(at_once=True)))

    def forget_old(self) -> int:
        """Keep the newest secret only; return how many others there were. Raises `OSError`."""
        newest, *old = self._current(at_once=True)
        self._write((newest,))
        return len(old)

    def _fernet(self, purpose: str) -> "MultiFernet":
        from cryptography.fernet import Fernet, MultiFernet

        # At once: nothing is encrypted with a secret that another process has just dropped.
        keys = [_derived(line, purpose) for line in self._current(at_once=True)]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def _current(self, *, at_once: bool = False) -> tuple[str, ...]:
        """The lines of the file. If it has become unusable, the last ones that were read."""
        with self._lock:
            now = time.monotonic()
            if self._path is None or (now - self._looked_at < LOOK_SECONDS and not at_once):
                return self._lines
            self._looked_at = now
            if (seen := _version(self._path)) != self._seen:
                self._seen = seen
                try:
                    self._lines = _read(self._path)
                except SecretError as error:
                    log.error("The secret has changed and cannot be used: the last one stays. %s", error)
            return self._lines

    def _write(self, lines: tuple[str, ...]) -> None:
        with self._lock:
            if self._path:
                beside = _written_beside(self._path, lines)
                beside.replace(self._path)  # whoever reads sees the old file or the new one, whole
                self._seen = _version(self._path)
            self._lines = lines


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _written_beside(path, (_fresh(),))
    try:
        os.link(beside, path)  # of several processes that start at once, one makes it
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def _written_beside(path: Path, lines: tuple[str, ...]) -> Path:
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write("".join(f"{line}\n" for line in lines))
        opened.flush()
        os.fsync(opened.fileno())
    return beside


def _read(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as opened:
            status = os.fstat(opened.fileno())
            content = opened.read(LARGEST_FILE)
        lines = tuple(filter(None, map(str.strip, content.decode("ascii").splitlines())))
    except OSError as error:
        raise SecretError(
            lazy("The secret's file {path} cannot be read: {strerror}.", path=path, strerror=error.strerror)
        ) from None
    except UnicodeDecodeError:
        raise SecretError(lazy("The secret's file {path} is not a text file.", path=path)) from None
    # A container's secret may belong to root, and be for our group.
    shared = OTHERS if status.st_uid == os.geteuid() else stat.S_IRWXO
    if os.name == "posix" and status.st_mode & shared:
        raise SecretError(
            lazy("Other users can read the secret's file {path}. Run `chmod 600` on it.", path=path)
        )
    if not lines:
        raise SecretError(
            lazy("The secret's file {path} is empty. Restore it, or delete it: a new one is made.", path=path)
        )
    if any(len(line) < SHORTEST for line in lines):
        raise SecretError(
            lazy(
                "The secret's file {path} has a line of less than {least} characters.",
                path=path,
                least=SHORTEST,
            )
        )
    return lines


def _version(path: Path | None) -> tuple[int, ...]:
    """What changes with the file."""
    try:
        status = path.stat() if path else None
    except OSError:
        return ()
    return (status.st_mtime_ns, status.st_ino, status.st_mode) if status else ()


def _fresh() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


@cache
def _derived(line: str, purpose: str) -> bytes:
    """A key of 32 bytes. The purposes are few, and ours."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=f"synstar {purpose}".encode()).derive(line.encode())
