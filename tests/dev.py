"""`make dev`: the app against the scripted gateway, to work on pages without a key or a network."""

import os
import subprocess
import sys
from pathlib import Path

from tests.app_server import ROOT
from tests.scripted_gateway import ScriptedGateway


def main(port: str) -> int:
    """Run the app on `port` until it is stopped; its conversations are kept in `data/dev`."""
    with ScriptedGateway() as gateway:
        environment = {
            **os.environ,
            "KKIAI_BASE_URL": gateway.base_url,
            "CHAT_DATA_DIR": str(Path("data") / "dev"),
        }
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", port]
        try:
            return subprocess.call(command, cwd=ROOT, env=environment)
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
