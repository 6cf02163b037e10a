"""A person's own settings: language, text size, what sends a message."""

from contextlib import suppress
from dataclasses import asdict

from sqlalchemy import Row, select

from lib.domain.people.preferences import Preferences, SendsWith, TextSize
from lib.store.database.database import Database
from lib.store.database.inserts import insert
from lib.store.database.schema import person_settings
from lib.store.remembered import Remembered


class PersonSettings:
    """Reads and changes a person's settings. Every run of a page reads them, so they are remembered."""

    def __init__(self, database: Database, person_id: str, remembered: Remembered) -> None:
        self._database, self._person_id, self._remembered = database, person_id, remembered

    def preferences(self) -> Preferences:
        """What the person has chosen, else the defaults. Raises `StoreError`."""
        return self._remembered.answer((self._person_id, "settings"), self._read)

    def choose(self, preferences: Preferences) -> None:
        """Store the choices. Raises `StoreError`."""
        values = asdict(preferences)
        with self._database.write() as connection:
            new = insert(connection, person_settings).values(person_id=self._person_id, **values)
            connection.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=values))
        self._remembered.forget()

    def _read(self) -> Preferences:
        query = select(person_settings).where(person_settings.c.person_id == self._person_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return _preferences(row) if row else Preferences()


def _preferences(row: Row[tuple[str, ...]]) -> Preferences:
    """The choices of a row; one that this version does not know is left to its default."""
    found = {"language": row.language}
    with suppress(ValueError):
        found["text_size"] = TextSize(row.text_size)
    with suppress(ValueError):
        found["sends_with"] = SendsWith(row.sends_with)
    return Preferences(**found)
