"""PgBouncer in transaction mode before a PostgreSQL server: a connection is lent for one transaction."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.tools import found
from tests.patience import PATIENCE
from tests.postgres import ADMIN, Server, unprivileged

PORT = 6432
"""A part of its socket's name: it listens on no network."""
_SETTINGS = """
[databases]
* = host={server} user={user}
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
"""


@contextmanager
def pooling(server: Server) -> Iterator[Path]:
    """Run it; yields the folder of its socket. Skips the test where it is not installed."""
    program = found("pgbouncer")
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as made:
        folder = Path(made)
        (folder / "ini").write_text(
            _SETTINGS.format(server=server.folder, folder=folder, user=ADMIN, port=PORT)
        )
        if unprivileged() != []:  # whatever the umask is by now
            shutil.chown(folder / "ini", ADMIN)
            shutil.chown(folder, ADMIN)
        with subprocess.Popen(unprivileged(program, "--quiet", str(folder / "ini"))) as pooler:
            try:
                _wait_for(folder / f".s.PGSQL.{PORT}", pooler)
                yield folder
            finally:
                pooler.terminate()


def _wait_for(socket: Path, pooler: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while not socket.exists():
        assert pooler.poll() is None, "PgBouncer has ended."
        assert time.monotonic() < until, "PgBouncer does not listen."
        time.sleep(0.02)


def url(folder: Path, database: str) -> str:
    """The address of a database through it, as `CHAT_DATABASE_URL` has it."""
    return f"postgresql+psycopg://{ADMIN}@/{database}?host={folder}&port={PORT}"
