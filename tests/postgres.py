"""A PostgreSQL server for tests: a child process with an empty folder, which ends with the tests."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

ADMIN = "postgres"
"""The name of the superuser, and of the user of the system that runs the server where root may not."""
SETTINGS = {
    # Nothing has to survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "100",
}


class Server:
    """A running server, reached through a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        settings = [f"-c {name}={value}" for name, value in SETTINGS.items()]
        self._options = " ".join([f"-k {folder}", *settings])
        self._control = "pg_ctl", "--wait", f"--pgdata={folder / 'data'}", f"--log={folder / 'log'}"

    @property
    def folder(self) -> Path:
        """Where its socket is."""
        return self._folder

    def start(self) -> None:
        _run(*self._control, f"--options={self._options}", "start")

    def stop(self, mode: str = "fast") -> None:
        """End all connections. A fast stop keeps what was committed; an immediate one may lose it here."""
        _run(*self._control, f"--mode={mode}", "stop")

    def url(self, database: str, user: str = ADMIN) -> str:
        """The address of a database, as `CHAT_DATABASE_URL` has it."""
        return f"postgresql+psycopg://{user}@/{database}?host={self._folder}"

    def create(self, template: str = "template1", owner: str = ADMIN) -> str:
        """A new database, a copy of another one: its name."""
        name = f"chat_{uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def create_role(self, options: str = "") -> str:
        """A new role that may sign in, and nothing else: its name."""
        name = f"role_{uuid4().hex}"
        self.run(f'CREATE ROLE "{name}" LOGIN {options}')
        return name

    def drop(self, url: str) -> None:
        """Take a database away from those who use it."""
        self.run(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def close(self, url: str) -> None:
        """Let nobody at a database, and send away who is there: for them it is gone until it is opened."""
        name = make_url(url).database
        self.run(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", values=(name,))

    def open(self, url: str) -> None:
        """Let everybody at a database again that was closed."""
        self.run(f'ALTER DATABASE "{make_url(url).database}" WITH ALLOW_CONNECTIONS true')

    def run(self, statement: str, database: str = "template1", values: Sequence[object] = ()) -> None:
        """Run a statement as the superuser."""
        with psycopg.connect(host=str(self._folder), user=ADMIN, dbname=database, autocommit=True) as admin:
            admin.execute(statement, values or None)


@contextmanager
def running() -> Iterator[Server]:
    """A server, until the block is left. Skips the test where PostgreSQL is not installed."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as made:
        folder = Path(made)
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, ADMIN)
        data = folder / "data"
        _run("initdb", "--auth=trust", f"--username={ADMIN}", "--encoding=UTF8", "--no-sync", f"{data}")
        server = Server(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


def unprivileged(*command: str) -> list[str]:
    """A command that root runs as another user: what belongs to PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return [*command]
    return ["setpriv", f"--reuid={ADMIN}", f"--regid={ADMIN}", "--clear-groups", *command]


def _run(program: str, *arguments: str) -> None:
    command = unprivileged(found(program), *arguments)
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout


def found(program: str) -> str:
    """The path of a program of PostgreSQL. Skips the test where it is not installed."""
    # Debian keeps the programs of a server outside PATH.
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    if path := (shutil.which(program) or (installed and str(installed[0]))):
        return str(path)
    assert "CI" not in os.environ, "PostgreSQL is not installed."
    pytest.skip("PostgreSQL is not installed: its tests are left out.")
