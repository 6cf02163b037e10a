"""`python -m lib audit`: whether the audit log is whole, and the log as a file."""

import argparse
import json
import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime

from lib import app
from lib.commands import FAILED, OK
from lib.config import Settings
from lib.domain.people.audit import AuditRow
from lib.domain.text.printable import printable_json
from lib.domain.text.spreadsheets import to_csv
from lib.i18n.translation import gettext as _
from lib.store import Store

COLUMNS = ("number", "at", "person", "address", "request", "action", "about", "detail", "hash")


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `audit`."""
    actions = command.add_subparsers(dest="action", required=True)
    actions.add_parser("verify", help=_("check that no row was changed, removed or inserted"))
    export = actions.add_parser("export", help=_("print the log, oldest row first"))
    export.add_argument("--since", type=date, metavar="DATE", help=_("such as 2026-07-01, in UTC"))
    export.add_argument(
        "--format",
        choices=("jsonl", "csv"),
        default="jsonl",
        help=_("jsonl, one JSON object a line, or csv, for a spreadsheet"),
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Carry out one of the actions; return the exit status."""
    with closing(app.open_store(settings)) as store:
        if options.action == "verify":
            return _verify(store)
        _export(store.audit.all(options.since), options.format)
    return OK


def _verify(store: Store) -> int:
    if fault := store.audit.fault():
        print(_("lib: The audit log is broken. {fault}").format(fault=fault), file=sys.stderr)
        return FAILED
    number, _hash = store.audit.end()
    print(_("The audit log is whole, up to row {number}.").format(number=number))
    return OK


def _export(rows: Iterable[AuditRow], kind: str) -> None:
    if kind == "csv":
        print(to_csv([COLUMNS, *map(_cells, rows)]), end="")
        return
    for row in rows:
        values = dict(zip(COLUMNS, _values(row), strict=True))
        print(printable_json(json.dumps(values, ensure_ascii=False)))


def _values(row: AuditRow) -> tuple[object, ...]:
    who, at = row.actor, row.at.isoformat()
    named = (row.number, at, who.person_id, who.address, who.request_id)
    return (*named, row.action.value, row.about, {**row.detail}, row.hash)


def _cells(row: AuditRow) -> tuple[object, ...]:
    return tuple(json.dumps(each) if isinstance(each, dict) else each for each in _values(row))


def date(text: str) -> datetime:
    """Return the beginning of a day, or a moment. Raises `ValueError`, which argparse words by this name."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
