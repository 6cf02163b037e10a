"""What is known of models: each person's choices and figures, and what the doctor found for everybody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update

from lib.domain.models.capabilities import Capabilities, Capability
from lib.domain.models.models import Preference
from lib.domain.reply.ledger import Traffic
from lib.store.database.database import Database
from lib.store.database.inserts import insert
from lib.store.database.schema import capabilities, model_choices
from lib.store.remembered import Remembered
from lib.store.traffic import traffic


class Models:
    """A person's choices and figures, by base URL and model: elsewhere a name may mean another model."""

    def __init__(self, database: Database, person_id: str, remembered: Remembered) -> None:
        self._database, self._person_id, self._remembered = database, person_id, remembered

    def preferences(self, base_url: str) -> Mapping[str, Preference]:
        """What was chosen for a server's models; a model without a choice is missing."""
        question = self._person_id, "preferences", base_url
        return self._remembered.answer(question, lambda: self._preferences(base_url))

    def choose(self, base_url: str, model: str, choice: Preference) -> None:
        """Store a choice; a new default replaces the old one."""
        values = {
            "is_favourite": choice.is_favourite,
            "is_hidden": choice.is_hidden,
            "is_default": choice.is_default,
        }
        key = {"person_id": self._person_id, "base_url": base_url, "model": model}
        with self._database.write() as connection:
            if choice.is_default:
                connection.execute(update(model_choices).where(self._of(base_url)).values(is_default=False))
            statement = insert(connection, model_choices).values(**key, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=[*key], set_=values))
        self._remembered.forget()

    def traffic(self) -> Mapping[str, Traffic]:
        """How the person's replies of the last days went, by the model that was asked for."""
        question = self._person_id, "traffic"
        return self._remembered.answer(question, lambda: traffic(self._database, self._person_id))

    def _preferences(self, base_url: str) -> Mapping[str, Preference]:
        query = select(model_choices).where(self._of(base_url))
        with self._database.read() as connection:
            return {row.model: _choice(row) for row in connection.execute(query)}

    def _of(self, base_url: str) -> ColumnElement[bool]:
        return and_(model_choices.c.person_id == self._person_id, model_choices.c.base_url == base_url)


_FINDING = ["base_url", "model", "name"]


class KnownCapabilities:
    """What the doctor found that models can or cannot do, for everybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, base_url: str) -> dict[str, Capabilities]:
        """What a server's models can do, by model; only models that were examined."""
        query = select(capabilities).where(capabilities.c.base_url == base_url)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {model: _capabilities(rows, model) for model in {row.model for row in rows}}

    def learn(self, base_url: str, model: str, found: Mapping[Capability, bool], at: datetime) -> None:
        """Store what was found; a capability without a finding keeps its previous one."""
        rows = [
            {"base_url": base_url, "model": model, "name": name, "is_there": is_there, "checked_at": at}
            for name, is_there in found.items()
        ]
        if not rows:
            return
        with self._database.write() as connection:
            new = insert(connection, capabilities)
            changed = {"is_there": new.excluded.is_there, "checked_at": new.excluded.checked_at}
            connection.execute(new.on_conflict_do_update(index_elements=_FINDING, set_=changed), rows)


def _choice(row: Row[Any]) -> Preference:
    return Preference(row.is_favourite, row.is_hidden, row.is_default)


def _capabilities(rows: Sequence[Row[Any]], model: str) -> Capabilities:
    known = {name.value for name in Capability}
    of_model = [row for row in rows if row.model == model and row.name in known]
    found = {Capability(row.name): row.is_there for row in of_model}
    return Capabilities.of(found, max((row.checked_at for row in of_model), default=None))
