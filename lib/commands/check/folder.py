"""The data folder, the secret, and files with keys."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from lib import app
from lib.commands.check.finding import Finding, error, ok, warning
from lib.config import Settings
from lib.files.private import OTHERS
from lib.files.secret import InstallationSecret, SecretError
from lib.i18n.translation import lazy

MB = 1_000_000
LITTLE_MB, TOO_LITTLE_MB = 1000, 100
"""Free space: a hundred images take some 20 MB, and a migration copies the database first."""
WITH_SECRETS = (".env", ".streamlit/secrets.toml")


def findings(settings: Settings, root: Path) -> Iterator[Finding]:
    """Check what is on the disk; `root` is the folder of the app."""
    yield from _data_folder(settings.data_dir)
    yield from _secret(settings)
    for file in (root / name for name in WITH_SECRETS):
        if file.exists() and file.stat().st_mode & OTHERS:
            yield warning(
                "env_file",
                lazy("Other users of this machine can read {file}, which may hold a key.", file=file),
                lazy("Run `chmod 600 {file}`.", file=file),
            )


def _data_folder(folder: Path) -> Iterator[Finding]:
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield error(
            "data_folder",
            lazy("Nothing can be written into {folder}.", folder=there),
            lazy("Give it to the app's user, or set CHAT_DATA_DIR to another folder."),
        )
        return
    if there != folder:
        yield ok("data_folder", lazy("The data folder {folder} is made at the first start.", folder=folder))
    elif folder.stat().st_mode & OTHERS:
        yield warning(
            "data_folder",
            lazy("Other users of this machine can read {folder}.", folder=folder),
            lazy("Run `chmod 700 {folder}`.", folder=folder),
        )
    else:
        yield ok("data_folder", lazy("Only its owner can read {folder}.", folder=folder))
    yield _space(there)


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free // MB
    fix = lazy("Make room, or set CHAT_DATA_DIR to a folder on another disk.")
    told = lazy("The disk of {folder} has {free} MB free.", folder=folder, free=free)
    if free < TOO_LITTLE_MB:
        return error("disk", told, fix)
    return warning("disk", told, fix) if free < LITTLE_MB else ok("disk", told)


def _secret(settings: Settings) -> Iterator[Finding]:
    file = settings.secret_file or settings.data_dir / app.SECRET
    if settings.database_url and not settings.secret_file:
        yield warning(
            "secret",
            lazy(
                "Each data folder gets a secret of its own: a process with another one signs everybody out."
            ),
            lazy("Set CHAT_SECRET_FILE to one file for all processes."),
        )
    if not file.exists():
        folder = next(path for path in file.absolute().parents if path.exists())
        if not os.access(folder, os.W_OK | os.X_OK):
            yield error(
                "secret",
                lazy("The secret's file {file} is missing, and cannot be made.", file=file),
                lazy("Put it there, or set CHAT_SECRET_FILE to another file."),
            )
        else:
            yield ok("secret", lazy("The secret {file} is made at the first start.", file=file))
        return
    try:
        InstallationSecret(file)
    except SecretError as fault:
        fix = lazy(
            "Make it a file that only the app's user can read; if it is damaged, restore it from a backup."
        )
        if settings.has_sign_in or settings.secret_file:
            yield error("secret", str(fault), fix)
        else:
            yield warning("secret", str(fault), fix)
    else:
        yield ok("secret", lazy("The app can read the secret {file}.", file=file))
