"""`export` and `import`: conversations to and from files."""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from lib import app
from lib.commands import FAILED, OK
from lib.config import Settings
from lib.domain.conversation import exports
from lib.domain.people.audit import COMMAND_LINE, Action
from lib.domain.people.people import LOCAL
from lib.domain.text.printable import printable_json
from lib.files.imports import archive
from lib.files.imports.incoming import Folder, Incoming, Source
from lib.i18n.translation import gettext as _


def add_export_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--conversation", metavar="ID", help=_("only this one"))
    command.add_argument(
        "--format",
        choices=("json", "markdown"),
        default="json",
        help=_("json, which can be imported again, or markdown, which is for reading"),
    )


def add_import_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help=_("an export of this app, ChatGPT, Claude or Open WebUI: a zip, the folder it held, or JSON"),
    )


def run_export(options: argparse.Namespace, settings: Settings) -> int:
    """Print conversations; return the exit status."""
    with closing(app.open_store(settings)) as store:
        own, what = store.of(LOCAL), "all conversations"
        wanted = own.conversations.all()
        if options.conversation:
            found = own.conversations.get(options.conversation)
            if found is None:
                raise ValueError(_("There is no conversation '{id}'.").format(id=options.conversation))
            wanted, what = iter([found]), f"conversation {found.id}"
        store.audit.record(COMMAND_LINE, Action.EXPORTED, what, {"as": options.format})
        if options.format == "json":
            # In pieces: all chats together may not fit into memory.
            for piece in archive.json_pieces(wanted, app.open_files(settings, store)):
                print(printable_json(piece), end="")
        else:
            print("\n\n".join(exports.to_markdown(conversation) for conversation in wanted))
    return OK


def run_import(options: argparse.Namespace, settings: Settings) -> int:
    """Import the conversations in files; return the exit status."""
    with closing(app.open_store(settings)) as store:
        incoming = Incoming(app.open_files(settings, store))
        added = store.of(LOCAL, COMMAND_LINE).conversations.take(incoming.read(map(_source, options.files)))
    outcome = incoming.outcome
    for sentence in outcome.said(added):
        print(sentence)
    for fault in outcome.faults:
        print(f"lib: {fault}", file=sys.stderr)
    return FAILED if outcome.faults else OK


def _source(path: Path) -> Source | Folder:
    return Folder(path) if path.is_dir() else Source(path.name, lambda: path.open("rb"))
