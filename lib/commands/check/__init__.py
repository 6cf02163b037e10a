"""`python -m lib check`: what of the configuration is unsafe or will not work, each with its fix."""

import argparse
import json
from collections.abc import Iterable, Iterator

from lib import config
from lib.commands import FAILED, OK, terminal
from lib.commands.check import access, database, folder, names
from lib.commands.check.finding import LEVELS, Finding, Level, error
from lib.config import Settings
from lib.domain.text.printable import printable_json
from lib.i18n.translation import gettext as _
from lib.i18n.translation import lazy

WIDTH = 9
"""Characters of the column with the levels."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `check`."""
    command.add_argument("--json", action="store_true", help=_("print one JSON object"))


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Check everything, and change nothing; return the exit status."""
    return _tell(_findings(settings), is_json=options.json)


def refuse(options: argparse.Namespace, fault: Exception) -> int:
    """Tell why the settings cannot be read; return the exit status."""
    found = error("settings", str(fault), lazy("Correct it: the app does not start with it."))
    return _tell([found], is_json=options.json)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield from names.findings(config.unknown())
    yield from access.findings(settings, config.listening_address(config.ROOT))
    yield from folder.findings(settings, config.ROOT)
    yield from database.findings(settings)


def _tell(findings: Iterable[Finding], *, is_json: bool) -> int:
    told = []
    for each in findings:
        told.append(each)
        if not is_json:
            print(_line(each), flush=True)
    has_failed = any(each.level is Level.ERROR for each in told)
    if is_json:
        found = {"failed": has_failed, "findings": [_as_json(each) for each in told]}
        print(printable_json(json.dumps(found, ensure_ascii=False, indent=2)))
    return FAILED if has_failed else OK


def _line(finding: Finding) -> str:
    fix = f"\n{'':{WIDTH}}-> {finding.fix}" if finding.fix else ""
    return f"{terminal.padded(_(LEVELS[finding.level]), WIDTH)}{finding.meaning}{fix}"


def _as_json(finding: Finding) -> dict[str, str]:
    return {
        "name": finding.name,
        "level": finding.level,
        "meaning": str(finding.meaning),
        "fix": str(finding.fix or ""),
    }
