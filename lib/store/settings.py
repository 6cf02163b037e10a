"""Settings of the installation that change without a restart; all processes see a change within seconds."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from lib.domain.models.connection import Connection as GatewayConnection
from lib.domain.models.connection import Secret
from lib.domain.models.models import Model
from lib.domain.models.rules import EVERYBODY, ModelRule, ModelRules
from lib.domain.people.audit import Action, Actor
from lib.domain.people.notices import Notice
from lib.domain.people.people import LOCAL, Role
from lib.store.database.database import Database
from lib.store.database.errors import StoreError
from lib.store.database.inserts import insert, insert_new
from lib.store.database.locks import lock
from lib.store.database.schema import people, settings
from lib.store.people.audit import record

FRESH_SECONDS = 2.0
"""How long settings are believed without asking the database again."""
ID, CONNECTION = "installation_id", "connection"
MODELS, DEFAULT_MODEL, NOTICES = "models", "default_model", "notices"
"""The names of the settings."""
SETTINGS = "settings"
"""What whoever changes a setting locks, before reading what is set."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where the installation's requests go, as it is stored."""

    base_url: str
    encrypted_key: str | None = None


class StoredSettings:
    """Reads the settings. Only admins change them (`lib.store.administration`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: Mapping[str, Any] = {}
        self._read_at = float("-inf")
        self._opened: tuple[Gateway, GatewayConnection] | None = None
        self.is_in_force = True
        """Whether what admins have set holds: not where there are none, who could change it."""

    def installation_id(self) -> str:
        """What distinguishes this installation from others: made once. Raises `StoreError`."""
        if known := self.all().get(ID):
            return str(known)
        row = {"name": ID, "value": secrets.token_hex(6)}
        with self._database.write() as connection:
            insert_new(connection, settings, row)
            return str(get(connection, ID))

    def all(self) -> Mapping[str, Any]:
        """All settings by name. While the database cannot be read, the last ones that were read."""
        with self._lock:
            if time.monotonic() - self._read_at >= FRESH_SECONDS:
                self._read_at = time.monotonic()
                with suppress(StoreError), self._database.read() as connection:
                    self._known = {row.name: row.value for row in connection.execute(select(settings))}
            return self._known

    def _set(self) -> Mapping[str, Any]:
        return self.all() if self.is_in_force else {}

    def forget(self) -> None:
        """Read the settings again: they have been changed here."""
        with self._lock:
            self._read_at = float("-inf")

    def gateway(self) -> Gateway | None:
        """Where requests go; `None` if nobody has set it here: then the environment says it."""
        stored = self._set().get(CONNECTION)
        return Gateway(stored["base_url"], stored["key"]) if stored else None

    def connection(self, decrypt: Callable[[str], str | None]) -> GatewayConnection | None:
        """The same as a connection. A key that cannot be decrypted is left out."""
        stored = self.gateway()
        if stored is None:
            return None
        # The same object each time: what is known of a server is remembered under its key's id.
        if (opened := self._opened) and opened[0] == stored:
            return opened[1]
        key = decrypt(stored.encrypted_key) if stored.encrypted_key else None
        found = GatewayConnection(stored.base_url, Secret(key) if key else None)
        if key or not stored.encrypted_key:
            self._opened = stored, found
        return found

    def rules(self) -> ModelRules:
        """What holds for the models."""
        known = self._set()
        return ModelRules(
            {model: _rule(rule) for model, rule in known.get(MODELS, {}).items()}, known.get(DEFAULT_MODEL)
        )

    def may_use(self, person_id: str, model: str) -> bool:
        """Whether somebody may use a model."""
        rules = self.rules()
        # Most models are for everybody: then nobody's role is looked up.
        return rules.get(model).roles == EVERYBODY or rules.may_use(self._role(person_id), model)

    def offered(self, person_id: str, models: Sequence[Model]) -> Sequence[Model]:
        """Those of the models that somebody finds in lists."""
        rules = self.rules()
        return rules.offered(self._role(person_id), models) if rules.of else models

    def _role(self, person_id: str) -> Role | None:
        """The role of somebody who may sign in; `None` if it cannot be known now."""
        if person_id == LOCAL:
            return Role.ADMIN  # where nobody signs in, that person may do everything
        query = select(people.c.role).where(people.c.id == person_id, people.c.disabled_at.is_(None))
        role: str | None = None
        with suppress(StoreError), self._database.read() as connection:
            role = connection.execute(query).scalar()
        return Role(role) if role else None

    def notices(self) -> list[Notice]:
        """All notices, also those that are over or still to come, in the order in which they begin."""
        found = [_notice(each) for each in self._set().get(NOTICES, [])]
        return sorted(found, key=lambda notice: notice.begins_at)

    def reencrypt(self, anew: Callable[[str], str], by: Actor) -> None:
        """Encrypt what is stored with another secret: `anew` makes the new text of the old one."""
        with self._database.write() as connection:
            lock(connection, SETTINGS)
            stored = get(connection, CONNECTION)
            if stored and stored["key"]:
                put(connection, CONNECTION, {**stored, "key": anew(stored["key"])})
            record(connection, by, Action.SECRET_ROTATED, "setting secret")
        self.forget()


def get(connection: Connection, name: str) -> Any:
    """The value of a setting; `None` if it is not set."""
    return connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar()


def put(connection: Connection, name: str, value: object) -> None:
    """Set a setting, or with `None` leave it to its default."""
    if value is None:
        connection.execute(settings.delete().where(settings.c.name == name))
        return
    new = insert(connection, settings).values(name=name, value=value)
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _rule(stored: Mapping[str, Any]) -> ModelRule:
    return ModelRule(frozenset(map(Role, stored["roles"])), stored["is_hidden"], stored["about"])


def _notice(stored: Mapping[str, str]) -> Notice:
    begins_at, ends_at = map(datetime.fromisoformat, (stored["begins_at"], stored["ends_at"]))
    return Notice(stored["id"], stored["text"], begins_at, ends_at)
