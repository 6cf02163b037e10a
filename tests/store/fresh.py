"""New stores for tests that are not about making one."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lib.store import Store


def fresh(path: Path) -> Store:
    """A store in a new file. The migrations, which wait for the disk a hundred times, run once a process."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_migrated())
    return Store(path)


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chat.sqlite3"
        Store(path).close()
        return path.read_bytes()
