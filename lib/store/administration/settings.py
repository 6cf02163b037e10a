"""The settings of the installation, for admins. Every change is written into the audit log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from lib.domain.models.rules import ModelRule
from lib.domain.people.audit import Action, Actor
from lib.domain.people.notices import Notice
from lib.store import settings
from lib.store.administration.admins import ForAdmins
from lib.store.database.database import Database
from lib.store.database.locks import lock
from lib.store.people.audit import record
from lib.store.settings import (
    CONNECTION,
    DEFAULT_MODEL,
    MODELS,
    NOTICES,
    SETTINGS,
    Gateway,
    StoredSettings,
)


class AdminSettings(ForAdmins):
    """Changes settings; `StoredSettings` reads them."""

    def __init__(self, database: Database, actor: Actor, stored: StoredSettings) -> None:
        super().__init__(database, actor)
        self._stored = stored

    def check(self) -> None:
        """Raise `NotPermittedError` before something is tried that changes nothing yet."""
        with self._read():
            pass

    def set_gateway(self, gateway: Gateway | None) -> None:
        """Send requests to this server with this key; `None` is what the environment says."""
        value = {"base_url": gateway.base_url, "key": gateway.encrypted_key} if gateway else None
        detail = {"base_url": gateway.base_url if gateway else "of the environment"}
        with self._changing() as connection:
            settings.put(connection, CONNECTION, value)
            self._record(connection, Action.SETTING_CHANGED, "setting connection", detail)
            if gateway and gateway.encrypted_key:
                self._record(connection, Action.KEY_SET, "setting connection", detail)

    def set_rule(self, model: str, rule: ModelRule) -> None:
        """Say who may use a model, whether it is listed, and a sentence about it."""
        roles = sorted(rule.roles)
        value = {"roles": roles, "is_hidden": rule.is_hidden, "about": rule.about}
        detail = {"roles": ", ".join(roles), "hidden": "yes" if rule.is_hidden else "no"}
        with self._changing() as connection:
            rules = settings.get(connection, MODELS) or {}
            settings.put(connection, MODELS, {**rules, model: value})
            self._record(connection, Action.MODEL_CHANGED, f"model {model}", detail)

    def set_default_model(self, model: str | None) -> None:
        """Say which model a new chat starts with; `None` is what the environment says."""
        with self._changing() as connection:
            settings.put(connection, DEFAULT_MODEL, model)
            self._record(connection, Action.MODEL_CHANGED, f"model {model or ''}".strip(), {"default": "yes"})

    def add_notice(self, notice: Notice) -> None:
        """Tell everybody something."""
        times = {"begins_at": notice.begins_at.isoformat(), "ends_at": notice.ends_at.isoformat()}
        with self._changing() as connection:
            notices = settings.get(connection, NOTICES) or []
            settings.put(connection, NOTICES, [*notices, {"id": notice.id, "text": notice.text, **times}])
            self._record(connection, Action.SETTING_CHANGED, "setting notices", {"added": notice.id, **times})

    def remove_notice(self, notice_id: str) -> None:
        """Take a notice back."""
        with self._changing() as connection:
            notices = settings.get(connection, NOTICES) or []
            left = [each for each in notices if each["id"] != notice_id]
            if left != notices:
                settings.put(connection, NOTICES, left)
                self._record(connection, Action.SETTING_CHANGED, "setting notices", {"removed": notice_id})

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._write() as connection:
            lock(connection, SETTINGS)
            yield connection
        self._stored.forget()  # this process shows it at once, others within seconds

    def _record(self, connection: Connection, action: Action, about: str, detail: dict[str, Any]) -> None:
        record(connection, self._actor, action, about, detail)
