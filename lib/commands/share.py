"""`python -m lib share`: the app for everybody in this network, behind a passphrase, until it is stopped."""

import argparse
import os
import secrets
import socket
import sys
from contextlib import closing
from pathlib import Path

import segno

from lib import app
from lib.config import ROOT, Settings
from lib.domain.people.audit import COMMAND_LINE
from lib.domain.people.people import GUEST
from lib.i18n.translation import gettext as _

CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aeiou"
GROUPS = 4
"""Each of 1280 syllables: 41 bits in all, and wrong guesses are slowed down."""
ELSEWHERE = ("10.255.255.255", 9)
"""An address of a private network. Nothing is sent there: choosing the way to it tells our own address."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `share`."""
    command.add_argument("--port", type=int, default=8501, help=_("by default 8501"))
    command.add_argument(
        "--address", help=_("this machine's address in the network, if the one found is wrong")
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Print the address and a new passphrase, and become the server. Raises `OSError` and `StoreError`."""
    address, passphrase = options.address or own_address(), new_passphrase()
    with closing(app.open_store(settings)) as store:
        store.sign_ins.end_of(GUEST, COMMAND_LINE)  # who knew the last passphrase has to know this one
    file = _keep(passphrase, settings.data_dir)
    print(_told(f"http://{address}:{options.port}", passphrase, has_key=settings.api_key is not None))
    segno.make(f"http://{address}:{options.port}", error="m").terminal(sys.stdout, compact=True)
    sys.stdout.flush()
    shared = {
        "CHAT_SIGN_IN": "guest",
        "CHAT_PASSPHRASE_FILE": str(file),
        "CHAT_ALLOWED_HOSTS": ",".join((*settings.allowed_hosts, address)),
        "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",  # noqa: S104 - that is what the command is for
        "STREAMLIT_BROWSER_SERVER_ADDRESS": address,  # which Streamlit prints
    }
    arguments = ["-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(options.port)]
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, *arguments], {**os.environ, **shared})  # noqa: S606 - no shell


def own_address() -> str:
    """Return this machine's address in its network; the loopback one if it has no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def new_passphrase() -> str:
    """Return a passphrase that can be read out and typed on a phone."""
    parts = (CONSONANTS, VOWELS, CONSONANTS)
    return "-".join("".join(secrets.choice(part) for part in parts) for _group in range(GROUPS))


def _keep(passphrase: str, folder: Path) -> Path:
    """Write the passphrase for the server to read; return the file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "passphrase"
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(passphrase + "\n")
    return file


def _told(link: str, passphrase: str, *, has_key: bool) -> str:
    told = [
        "",
        _("SynStar Chat is open to everybody in this network who knows the passphrase:"),
        "",
        f"  {link}",
        "  " + _("passphrase: {passphrase}").format(passphrase=passphrase),
        "",
        _("Each browser sees only its own chats, and all of them spend this machine’s API key.")
        if has_key
        else _("Each browser sees only its own chats."),
        _("Ctrl+C closes it. The link as a code, for phones:"),
        "",
    ]
    return "\n".join(f"  {line}".rstrip() for line in told)
