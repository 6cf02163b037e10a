"""Where the server listens, which is Streamlit's own setting."""

import os
import tomllib
from pathlib import Path


def listening_address(root: Path) -> str:
    """Return the address; empty for every one of this machine.

    An option of `streamlit run` is not known here. Raises `OSError`, `tomllib.TOMLDecodeError`.
    """
    if address := os.environ.get("STREAMLIT_SERVER_ADDRESS", "").strip():
        return address
    file = root / ".streamlit" / "config.toml"
    stored = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    return str(stored.get("server", {}).get("address", ""))
