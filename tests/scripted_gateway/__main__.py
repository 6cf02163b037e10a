"""`python -m tests.scripted_gateway PORT`: the gateway by itself, to try the app without a real one."""

import contextlib
import sys
import threading

from tests.scripted_gateway import ScriptedGateway

with ScriptedGateway(port=int(sys.argv[1])) as gateway, contextlib.suppress(KeyboardInterrupt):
    sys.stdout.write(f"Answering at {gateway.base_url}\n")
    sys.stdout.flush()
    threading.Event().wait()
