"""`export` and `import`: conversations to and from a file."""

import argparse
import json
from contextlib import closing
from pathlib import Path

from lib import app
from lib.chat import exports, imports
from lib.commands import OK
from lib.config import Settings
from lib.files import archive


def add_export_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--conversation", metavar="ID", help="only this one")
    command.add_argument("--format", choices=("json", "markdown"), default="json")


def add_import_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help="an export of this app, or ChatGPT's conversations.json")


def run_export(options: argparse.Namespace, settings: Settings) -> int:
    """Print conversations; returns the exit status."""
    with closing(app.open_store(settings)) as store:
        wanted = store.conversations.all()
        if options.conversation:
            found = store.conversations.get(options.conversation)
            if found is None:
                raise ValueError(f"There is no conversation {options.conversation!r}.")
            wanted = iter([found])
        if options.format == "json":
            print(
                json.dumps(archive.exported(wanted, app.open_files(settings)), ensure_ascii=False, indent=1)
            )
        else:
            print("\n\n".join(exports.to_markdown(conversation) for conversation in wanted))
    return OK


def run_import(options: argparse.Namespace, settings: Settings) -> int:
    """Add the conversations of a file; returns the exit status."""
    try:
        data = json.loads(options.file.read_bytes())
    except (ValueError, RecursionError):
        raise ValueError(f"{options.file} is not a JSON file.") from None
    read = imports.read(data)
    with closing(app.open_store(settings)) as store:
        files = app.open_files(settings)
        added = store.conversations.take(archive.with_files(conversation, files) for conversation in read)
    print(f"{added} conversations were added, {len(read) - added} were there already.")
    return OK
