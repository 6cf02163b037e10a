"""`python -m lib backup`: the database, its images and the secret as one file, also while the app runs."""

import argparse
import shlex
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lib import app, config
from lib.commands import OK
from lib.config import Settings
from lib.domain.people.audit import COMMAND_LINE, Action
from lib.files import backup
from lib.files.backup import Manifest
from lib.files.folder import Folder
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.store import Store
from lib.store.database.address import for_libpq
from lib.store.database.maintenance import copies


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `backup`."""
    command.add_argument("file", type=Path, metavar="FILE", help=_("the backup; replaced once it is whole"))


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the backup; return the exit status."""
    target: Path = options.file
    if settings.database_url:
        command = [
            "pg_dump",
            "--format=custom",
            f"--file={target}",
            for_libpq(settings.database_url.reveal()),
        ]
        raise ValueError(
            _("The database is PostgreSQL, which has a command of its own: {command}").format(
                command=shlex.join(command)
            )
        )
    database = settings.data_dir / app.DATABASE
    if not database.exists():
        raise ValueError(_("There is no database in {folder}.").format(folder=settings.data_dir))
    if not target.parent.is_dir():
        raise ValueError(_("There is no folder {folder}.").format(folder=target.parent))
    _keep_files(settings)
    # Beside the backup: there is room for its database, or there is none for the backup either.
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        copy = Path(folder) / app.DATABASE
        copies.copy(database, copy)
        with closing(Store(copy)) as store:
            ids = _ids(store)
        found = copies.examined(copy)
        about = Manifest(config.VERSION, found.revision, _now(), found.rows)
        missing = backup.write(target, about, _members(settings, copy, ids))
    _say(settings, target, missing, images=len(ids))
    return OK


def _keep_files(settings: Settings) -> None:
    """Let the app delete no file that the copy of the database will name, and note who takes a backup."""
    files = Folder(settings.data_dir / app.FILES)
    with closing(app.open_store(settings)) as store:
        store.audit.record(COMMAND_LINE, Action.EXPORTED, "everything", {"as": "backup"})
        # What comes in after this is new, and no new file is deleted.
        for id_ in _ids(store):
            files.touch(id_)


def _ids(store: Store) -> set[str]:
    return store.attachments.ids() | store.deck_images.ids()


def _members(settings: Settings, copy: Path, ids: set[str]) -> Iterator[tuple[str, Path]]:
    """The names in the archive are those in the data folder."""
    yield app.DATABASE, copy
    # After the database: what it holds is encrypted with this secret, or with one that the file still has.
    yield app.SECRET, settings.data_dir / app.SECRET
    files = Folder(settings.data_dir / app.FILES)
    for id_ in sorted(ids):
        yield files.path(id_).relative_to(settings.data_dir).as_posix(), files.path(id_)


def _say(settings: Settings, target: Path, missing: list[str], *, images: int) -> None:
    is_without_secret = app.SECRET in missing
    lost = len(missing) - is_without_secret
    size = formats.number(target.stat().st_size)
    print(_("{file} holds the database and its images: {size} bytes.").format(file=target, size=size))
    if elsewhere := secret_elsewhere(settings):
        print(_("Not in it: the secret in {file}. Keep a copy elsewhere.").format(file=elsewhere))
    elif not is_without_secret:
        print(_("It holds the installation's secret too: keep it where nobody else can read it."))
    if lost:
        print(
            ngettext(
                "{count} of {all} images is not in the data folder any more.",
                "{count} of {all} images are not in the data folder any more.",
                lost,
            ).format(count=lost, all=images)
        )


def secret_elsewhere(settings: Settings) -> Path | None:
    """Return the file of the secret if it is not the one in the data folder."""
    file = settings.secret_file
    return file if file and file.resolve() != (settings.data_dir / app.SECRET).resolve() else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
