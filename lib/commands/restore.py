"""`python -m lib restore`: a backup into the data folder, whole or not at all."""

import argparse
import os
import shlex
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lib import app
from lib.commands import OK
from lib.commands.backup import secret_elsewhere
from lib.config import Settings
from lib.domain.people.audit import COMMAND_LINE, Action
from lib.files import backup, private
from lib.files.backup import BackupError, Manifest
from lib.i18n.translation import gettext as _
from lib.store import Store
from lib.store.database.address import for_libpq
from lib.store.database.file import lock_of
from lib.store.database.maintenance import copies
from lib.store.database.maintenance.alone import alone


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `restore`."""
    command.add_argument("file", type=Path, metavar="FILE", help=_("what `backup` has written"))
    command.add_argument(
        "--replace", action="store_true", help=_("also if there is a database already, which is kept beside")
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Restore the backup; return the exit status."""
    file: Path = options.file
    if settings.database_url:
        url = for_libpq(settings.database_url.reveal())
        command = ["pg_restore", "--single-transaction", "--no-owner", "--no-comments", f"--dbname={url}"]
        raise ValueError(
            _("The database is PostgreSQL, which has a command of its own: {command}").format(
                command=shlex.join([*command, str(file)])
            )
        )
    folder = settings.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private.keep_private(folder)
    with alone(folder / app.DATABASE):
        if (there := _there(folder)) and not options.replace:
            raise ValueError(
                _("{folder} is not empty: it holds {name}. With --replace, that is kept beside.").format(
                    folder=folder, name=there[-1].name
                )
            )
        # In the folder itself, which may be a volume: all that is left to do then is to rename.
        with TemporaryDirectory(dir=folder, prefix=".restore-") as unpacked:
            manifest = _unpacked(file, Path(unpacked))
            kept = _put_in_place(Path(unpacked), folder, there)
    _say(manifest, kept, settings)
    return OK


def _there(folder: Path) -> list[Path]:
    """What the app has put into its folder: the database comes last."""
    database = set(folder.glob(f"{app.DATABASE}*")) - {lock_of(folder / app.DATABASE)}
    others = (folder / name for name in (app.SECRET, app.FILES))
    return [*(path for path in others if path.exists()), *sorted(database, reverse=True)]


def _unpacked(file: Path, folder: Path) -> Manifest:
    """Unpack a backup, and bring its database to the schema of this version. Raises `ValueError`."""
    try:
        manifest = backup.unpack(file, folder)
    except BackupError as error:
        raise ValueError(str(error)) from error
    database = folder / app.DATABASE
    if not database.exists():
        raise ValueError(_("{file} is damaged: it holds no database.").format(file=file))
    found = copies.examined(database)
    if found.is_newer:
        raise ValueError(
            _("{file} was made by version {version}, which is newer than this one. Install that one.").format(
                file=file, version=manifest.version
            )
        )
    if found.rows != manifest.rows:
        raise ValueError(_("{file} is damaged: some of its rows are missing.").format(file=file))
    with closing(Store(database)) as store:
        store.audit.record(COMMAND_LINE, Action.IMPORTED, "everything", {"as": "backup"})
    database.with_name(f"{database.name}.before-{found.revision}").unlink(missing_ok=True)
    return manifest


def _put_in_place(unpacked: Path, folder: Path, there: list[Path]) -> Path | None:
    """Rename what is there into a folder, which is returned, and what is restored into its place."""
    kept = folder / f"before-restore-{datetime.now(UTC):%Y-%m-%d-%H%M%S}" if there else None
    with ExitStack() as undoing:
        if kept:
            kept.mkdir(mode=0o700)
            undoing.callback(kept.rmdir)
        # The database comes last: before, there is nothing that an app could take for a whole installation.
        restored = [unpacked / name for name in (app.SECRET, app.FILES, app.DATABASE)]
        for path, place in [
            *((path, kept / path.name) for path in there if kept),
            *((path, folder / path.name) for path in restored if path.exists()),
        ]:
            path.rename(place)
            undoing.callback(os.rename, place, path)
        undoing.pop_all()
    return kept


def _say(manifest: Manifest, kept: Path | None, settings: Settings) -> None:
    rows = sum(manifest.rows.values())
    print(
        _("Restored: the backup of {time}, made by version {version}, with {rows} rows.").format(
            time=manifest.made_at, version=manifest.version, rows=rows
        )
    )
    if kept:
        print(_("What was there before is in {folder}.").format(folder=kept))
    if elsewhere := secret_elsewhere(settings):
        print(_("The app uses the secret in {file}.").format(file=elsewhere))
    elif app.SECRET not in manifest.sha256:
        print(_("The backup holds no secret: everybody signs in again, and the gateway's key is set again."))
