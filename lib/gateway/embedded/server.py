"""The embedded model's own process: `python -m lib.gateway.embedded.server MODEL_PATH ALIAS`.

Serves the model on a free loopback port, prints `ready PORT`, and lives as long as its standard input stays
open: the parent's end of the pipe closes when the parent ends, however it ends.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SLOTS = 4
"""Replies written at the same time; further requests wait in a queue."""
SLOT_TOKENS = 4096
"""Prompt and answer of one reply. The model allows 8192, but each 4096 cost about 95 MB of memory."""
ANSWER_TOKENS = 1024
"""The limit of an answer if the request sets none: so small a model may repeat itself forever."""


def main(model_path: str, alias: str) -> None:
    """Serve until standard input ends."""
    # Ctrl-C in a terminal reaches this process too, but its parent decides when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # When memory runs out, llama.cpp would call a debugger for a stack trace.
    os.environ["GGML_NO_BACKTRACE"] = "1"
    server = _serve(model_path, alias)
    sys.stdout.write(f"ready {urlsplit(server.listening_address).port}\n")
    sys.stdout.flush()
    _mute()
    sys.stdin.buffer.read()
    # An orderly shutdown could wait for a running reply that nobody reads any more.
    os._exit(0)


def _serve(model_path: str, alias: str) -> Any:
    """Load the model and listen; return once requests are answered."""
    import xllamacpp  # optional: not every platform has a wheel

    params = xllamacpp.CommonParams()
    params.model.path = model_path
    params.model_alias = {alias}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel, params.n_ctx, params.n_predict = SLOTS, SLOTS * SLOT_TOKENS, ANSWER_TOKENS
    # Prompts are read with every core. Writing leaves one to the app: its threads wait for each other at
    # every step, so if they have to share cores, two of them are several times slower than one.
    params.cpuparams_batch.n_threads = _cores()
    params.cpuparams.n_threads = max(1, _cores() - 1)
    # The prompt cache would grow to 8 GB; each slot keeps its own last conversation anyway.
    params.cache_ram_mib = 0
    # With llama.cpp's defaults so small a model rambles; without the penalty it repeats itself.
    params.sampling.temp, params.sampling.top_p, params.sampling.penalty_repeat = 0.2, 0.9, 1.1
    # The chat API alone: no page of its own, no access to others' prompts, no scripts from other sites.
    params.ui = params.endpoint_slots = False
    params.cors_origins = ""
    params.verbosity = 1
    return xllamacpp.Server(params)


def _cores() -> int:
    """The cores that this process may use, up to four: more gain little for so small a model."""
    if hasattr(os, "sched_getaffinity"):
        return min(4, len(os.sched_getaffinity(0)))
    return min(4, os.cpu_count() or 1)


def _mute() -> None:
    """Discard this process's output: nobody reads it any more, so it must not fill up its file."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(nowhere.fileno(), sys.stderr.fileno())


if __name__ == "__main__":
    main(*sys.argv[1:])
