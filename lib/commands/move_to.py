"""`python -m lib move-to`: a SQLite installation into PostgreSQL."""

import argparse
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace

from lib import app
from lib.commands import OK
from lib.config import Settings
from lib.domain.people.audit import COMMAND_LINE, Action
from lib.files.folder import Folder
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.store.database.database import Database
from lib.store.database.maintenance.alone import alone


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `move-to`."""
    command.add_argument(
        "database_url",
        metavar="URL",
        help=_("an empty PostgreSQL database, such as postgresql+psycopg://chat@db.example.com/chat"),
    )


def run(options: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - the URL is a setting by now
    """Move everything; return the exit status. What is in the data folder stays as it is."""
    from lib.store.database.maintenance.move import move  # other commands have no use for PostgreSQL's driver

    folder, url = settings.data_dir, settings.database_url
    assert url, "the command has read it"  # noqa: S101
    database = folder / app.DATABASE
    if not database.exists():
        raise ValueError(_("There is no database in {folder}.").format(folder=folder))
    with alone(database):
        with closing(app.open_store(replace(settings, database_url=None))) as store:
            store.audit.record(COMMAND_LINE, Action.EXPORTED, "everything", {"as": "PostgreSQL"})
            ids = store.attachments.ids() | store.deck_images.ids()
        with closing(Database(database)) as source:
            moved = move(source, url.reveal(), _images(Folder(folder / app.FILES), ids))
    _say(moved["files"], sum(moved.values()), len(ids), settings)
    return OK


def _images(folder: Folder, ids: set[str]) -> Iterator[tuple[str, bytes]]:
    for id_ in sorted(ids):
        with suppress(FileNotFoundError):
            yield id_, folder.get(id_)


def _say(images: int, rows: int, wanted: int, settings: Settings) -> None:
    print(_("Moved and compared: {rows} rows, {images} of them images.").format(rows=rows, images=images))
    if lost := wanted - images:
        print(
            ngettext(
                "{count} of {all} images is not in the data folder any more.",
                "{count} of {all} images are not in the data folder any more.",
                lost,
            ).format(count=lost, all=wanted)
        )
    print(_("Set CHAT_DATABASE_URL to this address, for each process, and start the app."))
    secret = settings.secret_file or settings.data_dir / app.SECRET
    print(_("Each process needs the file {file} too, as CHAT_SECRET_FILE.").format(file=secret))
    print(_("What is in {folder} stays as it was.").format(folder=settings.data_dir))
