"""The command line: `python -m lib ask "prompt"` uses the same engine as the pages, without a browser."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from lib import config
from lib.commands import (
    FAILED,
    WRONG_USAGE,
    archive,
    ask,
    audit,
    backup,
    check,
    doctor,
    limit,
    move_to,
    overrides,
    restore,
    secret,
    share,
    terminal,
    user,
)
from lib.commands.arguments import arguments_in_words
from lib.config import ConfigurationError, Settings
from lib.i18n import catalogues, locale
from lib.i18n.locale import Locale
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.store.database.errors import StoreError


@dataclass(frozen=True, slots=True)
class Command:
    """One word of the command line."""

    help: str
    """Marked for translation."""
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Settings], int]
    refuse: Callable[[argparse.Namespace, Exception], int] | None = None
    """What it does about settings that cannot be read; by default that is wrong usage."""


COMMANDS = {
    "ask": Command(mark("ask a model and print its reply as it streams"), ask.add_options, ask.run),
    "audit": Command(mark("check the audit log, or print it"), audit.add_options, audit.run),
    "backup": Command(
        mark("write the database, its images and the secret into one file, also while the app runs"),
        backup.add_options,
        backup.run,
    ),
    "check": Command(
        mark("say what of the configuration is unsafe or will not work, with the fix"),
        check.add_options,
        check.run,
        check.refuse,
    ),
    "doctor": Command(
        mark("check a server and a model: what is wrong, and what to do"),
        doctor.add_options,
        doctor.run,
    ),
    "export": Command(
        mark("print conversations, deleted ones left out"), archive.add_export_options, archive.run_export
    ),
    "import": Command(
        mark("add the conversations of files; known ones are left as they are"),
        archive.add_import_options,
        archive.run_import,
    ),
    "limit": Command(mark("how much somebody may use"), limit.add_options, limit.run),
    "move-to": Command(
        mark("take everything over into an empty PostgreSQL database"), move_to.add_options, move_to.run
    ),
    "restore": Command(
        mark("put a backup into the data folder, whole or not at all"), restore.add_options, restore.run
    ),
    "secret": Command(mark("change the installation's secret"), secret.add_options, secret.run),
    "share": Command(
        mark("start the app for everybody in this network, behind a passphrase"), share.add_options, share.run
    ),
    "user": Command(mark("the accounts of this installation"), user.add_options, user.run),
}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 complete, 1 an error, 2 wrong usage."""
    locale.set_current(Locale(catalogues.chosen(config.languages())))
    arguments_in_words()
    with terminal.printing():
        return _run(arguments)


def _run(arguments: list[str] | None) -> int:
    options = _parser().parse_args(arguments)
    command = COMMANDS[options.command]
    try:
        settings = config.read(**overrides(options))
    except (ConfigurationError, OSError, ValueError) as error:
        if command.refuse:
            return command.refuse(options, error)
        print(f"lib: {error}", file=sys.stderr)
        return WRONG_USAGE
    try:
        return command.run(options, settings)
    except (StoreError, OSError, ValueError) as error:
        print(f"lib: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib", description=_("SynStar Chat without a browser."))
    words = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        said = _(command.help)
        command.add_options(words.add_parser(name, help=said, description=said))
    return parser


if __name__ == "__main__":
    sys.exit(main())
