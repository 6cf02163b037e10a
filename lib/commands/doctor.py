"""`doctor`: examines a server and a model, and says what is wrong and what to do."""

import argparse
import json
import sys
from contextlib import closing
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from lib import app
from lib.commands import FAILED, OK, add_connection_options, terminal
from lib.config import Settings
from lib.domain.models.diagnosis import VERDICTS, Cost, Finding, has_failed, learnt
from lib.domain.people.people import LOCAL
from lib.domain.text.printable import printable_json
from lib.engine.engine import Engine
from lib.engine.lookups.doctor import Doctor, Examination
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError

WIDTH = 21
"""Characters of the column with the checks' names."""


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", help=_("by default KKIAI_MODEL, else the first chat model listed"))
    command.add_argument("--json", action="store_true", help=_("print one JSON object at the end"))
    add_connection_options(command)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Examine, and store what is learnt about the model for the pages; return the exit status."""
    local_model, _problem = app.start_local_model(settings)
    connection = local_model.connection if local_model else settings.connection
    engine = Engine(app.gateway(settings), store=None)
    try:
        if not options.json:
            print(
                _("{base_url}: about {requests} requests and {tokens} tokens. Ctrl-C stops.\n").format(
                    base_url=connection.base_url, **asdict(engine.doctor.cost)
                ),
                flush=True,
            )
        examination = engine.doctor.examine(LOCAL, connection, options.model or settings.default_model)
        _follow(engine.doctor, examination, is_silent=options.json)
    finally:
        engine.stop()
        if local_model:
            local_model.stop()
    if options.json:
        print(
            printable_json(
                json.dumps(_as_json(examination, engine.doctor.cost), ensure_ascii=False, indent=2)
            )
        )
    _keep(examination, settings)
    is_whole = not examination.was_stopped and not examination.problem
    return OK if is_whole and not has_failed(examination.findings) else FAILED


def _follow(doctor: Doctor, examination: Examination, *, is_silent: bool) -> None:
    seen, is_over = 0, False
    while not is_over:
        try:
            examination.wait(seen, timeout=1.0)
        except KeyboardInterrupt:
            doctor.stop(examination)
        is_over = examination.is_closed
        fresh = examination.findings[seen:]
        seen += len(fresh)
        if not is_silent:
            for finding in fresh:
                print(_line(finding), flush=True)
    if not is_silent and (end := examination.problem or (_("Stopped.") if examination.was_stopped else "")):
        print(str(end))


def _line(finding: Finding) -> str:
    advice = f"\n{'':{15 + WIDTH}}-> {finding.advice}" if finding.advice else ""
    verdict, title = (
        terminal.padded(_(VERDICTS[finding.verdict]), 15),
        terminal.padded(_(finding.title), WIDTH),
    )
    return f"{verdict}{title}{finding.meaning}{advice}"


def _as_json(examination: Examination, cost: Cost) -> dict[str, Any]:
    return {
        "base_url": examination.base_url,
        "model": examination.model,
        "estimate": asdict(cost),
        "findings": [_finding(finding) for finding in examination.findings],
        "capabilities": learnt(examination.findings),
        "failed": has_failed(examination.findings),
        "stopped": examination.was_stopped,
        "problem": str(examination.problem) if examination.problem else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    told = {field.name: getattr(finding, field.name) for field in fields(finding)}
    return told | {
        "title": _(finding.title),
        "meaning": str(finding.meaning),
        "advice": str(finding.advice or ""),
    }


def _keep(examination: Examination, settings: Settings) -> None:
    """Store the findings for the pages; a failure here says nothing about the examined server."""
    found = learnt(examination.findings)
    if not examination.model or not found:
        return
    try:
        with closing(app.open_store(settings)) as store:
            base_url = examination.base_url
            store.capabilities.learn(base_url, examination.model, found, datetime.now(UTC))
    except StoreError as error:
        print(
            _("lib: The results were not stored for the pages. {error}").format(error=error), file=sys.stderr
        )
