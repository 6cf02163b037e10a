"""`python -m benchmarks`: run the measurements and print one table. It measures, it does not judge."""

import argparse
import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import (
    audience,
    browser,
    comparisons,
    large_events,
    memory,
    rerun,
    sessions,
    sidebar,
    sign_in,
    startup,
)
from benchmarks.report import Figure, table
from benchmarks.stage import Stage, Target, Upstream

MEASUREMENTS: dict[str, Callable[[Stage], list[Figure]]] = {
    "startup": startup.measure,
    "rerun": rerun.measure,
    "browser": browser.measure,
    "sidebar": sidebar.measure,
    "sessions": sessions.measure,
    "sign_in": sign_in.measure,
    "memory": memory.measure,
    "comparisons": comparisons.measure,
    "audience": audience.measure,
    "large_events": large_events.measure,
}


def main() -> None:
    """Measure what the command line asks for."""
    arguments = _arguments()
    temporary = TemporaryDirectory(prefix="synstar-benchmarks-")
    with temporary as folder, Upstream(arguments.upstream_port) as upstream:
        stage = Stage(upstream, Path(folder), arguments.quick, arguments.app)
        figures = _run(stage, arguments.only)
    print(table(figures))
    if arguments.json:
        record = {"machine": _machine(), "quick": arguments.quick, "figures": [*map(asdict, figures)]}
        arguments.json.write_text(json.dumps(record, indent=1), "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the app.")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=MEASUREMENTS,
        default=list(MEASUREMENTS),
        metavar="NAME",
        help=", ".join(MEASUREMENTS),
    )
    parser.add_argument("--quick", action="store_true", help="smaller counts: two minutes, rough figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE too")
    parser.add_argument(
        "--app",
        type=Target.parse,
        action="append",
        default=[],
        metavar="NAME=URL[@PID]",
        help="another app for the browser to measure; it must talk to the upstream",
    )
    parser.add_argument(
        "--upstream-port", type=int, metavar="PORT", help="where other apps find the upstream"
    )
    return parser.parse_args()


def _run(stage: Stage, names: Sequence[str]) -> list[Figure]:
    figures = []
    for name in names:
        started = time.monotonic()
        try:
            figures += MEASUREMENTS[name](stage)
        except Exception:  # what one measurement cannot do must not cost the others
            traceback.print_exc()
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return figures


def _machine() -> dict[str, str | int | None]:
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "streamlit": version("streamlit"),
    }


if __name__ == "__main__":
    main()
