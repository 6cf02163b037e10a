"""New stores for tests that are not about making one."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lib.store import Store
from tests.postgres import Server


def fresh(path: Path) -> Store:
    """A store in a new file."""
    return Store(made(path))


def made(path: Path) -> Path:
    """Make a new file. The migrations, which wait for the disk a hundred times, run once a process."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_migrated())
    return path


def made_in(server: Server) -> str:
    """Make a new database of a server: its URL."""
    return server.url(server.create(_template(server)))


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chat.sqlite3"
        Store(path).close()
        return path.read_bytes()


@cache
def _template(server: Server) -> str:
    name = server.create()
    Store(server.url(name)).close()
    return name
