"""The commands of `python -m lib`: one module per command, with its options and its code."""

import argparse
from pathlib import Path
from typing import Any

from lib.i18n.translation import gettext as _

OK, FAILED, WRONG_USAGE = 0, 1, 2
"""Exit statuses: complete, an error, wrong usage."""


def add_connection_options(command: argparse.ArgumentParser) -> None:
    """Add the options of commands that send requests to a server."""
    command.add_argument("--base-url", help=_("instead of KKIAI_BASE_URL"))
    command.add_argument(
        "--api-key-file", type=Path, help=_("file with the key, instead of KKIAI_API_KEY_FILE")
    )


def overrides(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings given by a command's options."""
    given: dict[str, Any] = {}
    if base_url := getattr(options, "base_url", None):
        given["KKIAI_BASE_URL"] = base_url
    if api_key_file := getattr(options, "api_key_file", None):
        given["KKIAI_API_KEY_FILE"] = str(api_key_file)
    if database_url := getattr(options, "database_url", None):
        given["CHAT_DATABASE_URL"] = database_url
    return given
