"""The bytes of images and sounds as rows: with PostgreSQL, nothing else has to be shared or backed up."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import delete, func, select

from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.inserts import insert
from lib.store.database.schema import files

SWEPT_AT_ONCE = 500


class StoredFiles:
    """A place for `lib.files.folder.Files`: `put` and `get` raise `OSError`, as a folder would."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, id_: str, data: bytes) -> None:
        """Store the bytes, unless they are there; either way they were used just now."""
        now = datetime.now(UTC)
        with _like_a_folder(), self._database.write() as connection:
            new = insert(connection, files).values(id=id_, data=data, used_at=now)
            connection.execute(new.on_conflict_do_update(index_elements=["id"], set_={"used_at": now}))

    def get(self, id_: str) -> bytes:
        """The bytes. Raises `FileNotFoundError` if there are none."""
        with _like_a_folder(), self._database.read() as connection:
            data: bytes | None = connection.execute(select(files.c.data).where(files.c.id == id_)).scalar()
        if data is None:
            raise FileNotFoundError(id_)
        return data

    def is_writable(self) -> bool:
        """Whether something could be put there: each heartbeat finds out whether the database takes it."""
        return True

    def size(self) -> int:
        """How many bytes all files take. Raises `StoreError`."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.sum(func.length(files.c.data)))).scalar() or 0)

    def sweep(self, in_use: Collection[str], before: datetime) -> int:
        """Delete what is not in use and was last used before a time; return how many files.

        Raises `StoreError`.
        """
        is_old = files.c.used_at < before
        with self._database.read() as connection:
            old = set(connection.execute(select(files.c.id).where(is_old)).scalars())
        unused, removed = sorted(old.difference(in_use)), 0
        for start in range(0, len(unused), SWEPT_AT_ONCE):
            some = files.c.id.in_(unused[start : start + SWEPT_AT_ONCE])
            with self._database.write() as connection:
                # Again `is_old`: somebody may have just put it there once more.
                removed += connection.execute(delete(files).where(some, is_old)).rowcount
        return removed


@contextmanager
def _like_a_folder() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise OSError(str(error)) from error
