"""`python -m benchmarks.replicas`: run the measurements and print one table."""

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.replicas import failures, following, load, restart
from benchmarks.replicas.site import Site, opened
from benchmarks.report import Figure, table
from benchmarks.stage import Upstream

MEASUREMENTS: dict[str, Callable[[Site, Upstream], list[Figure]]] = {
    "following": following.measure,
    "failures": failures.measure,
    "load": load.measure,
    "restart": restart.measure,
}


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replicas", description="Measure replicas.")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=list(MEASUREMENTS), metavar="NAME")
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="synstar-replicas-") as folder:
        for name in parser.parse_args().only:
            started = time.monotonic()
            try:
                with Upstream() as upstream, opened(Path(folder) / name, upstream.base_url) as site:
                    figures += MEASUREMENTS[name](site, upstream)
            except Exception:  # what one measurement cannot do must not cost the others
                traceback.print_exc()
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    print(table(figures))


if __name__ == "__main__":
    main()
