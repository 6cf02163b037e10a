"""The composition root: settings, store, gateway and engine, built once per process and handed out."""

import logging
import os
import secrets
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lib import config
from lib.config import ConfigurationError, Settings
from lib.domain.comparison.comparisons import copied_as_chat
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.engine.engine import Engine
from lib.engine.keeping.retention import Retention
from lib.engine.playback import builtin
from lib.engine.sending import new_id
from lib.files import private
from lib.files.folder import Files
from lib.files.imports import archive
from lib.files.secret import InstallationSecret, SecretError
from lib.gateway.client import Gateway, Timeouts
from lib.gateway.embedded.model import LocalModel, LocalModelError
from lib.i18n.translation import Lazy, lazy
from lib.store import Store
from lib.store.database.errors import StoreError

DATABASE = "chat.sqlite3"
FILES = "files"
SECRET = "secret"  # noqa: S105 - the name of a file
GATEWAY_KEY = "gateway key"
"""What the gateway's stored key is encrypted for."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class App:
    """What pages and the command line work with."""

    settings: Settings
    store: Store
    files: Files
    engine: Engine
    retention: Retention
    secret: InstallationSecret
    """It signs this installation's cookies and encrypts stored keys."""
    installation_id: str
    """Distinguishes this installation from others on the same host."""
    local_model: LocalModel | None
    local_model_problem: str | Lazy | None
    """Why the embedded model is wanted but not available, in one sentence."""
    storage_problem: str | Lazy | None
    """Why the database could not be opened and everything is kept in memory only, in one sentence."""

    @property
    def connection(self) -> Connection:
        """The connection for requests, unless a visitor has entered a key."""
        if found := self._stored_connection:
            return found
        return self.local_model.connection if self.local_model else self.settings.connection

    @property
    def base_url(self) -> str:
        """The gateway's base URL, also where the embedded model answers because no key is set."""
        found = self._stored_connection
        return found.base_url if found else self.settings.base_url

    @property
    def default_model(self) -> str | None:
        """The model that a new chat starts with; `None` is the first one listed."""
        return self.store.settings.rules().default or self.settings.default_model

    @property
    def is_local(self) -> bool:
        """Whether the embedded model answers."""
        return self.local_model is not None and self._stored_connection is None

    @property
    def _stored_connection(self) -> Connection | None:
        """What an admin has set, which comes before the environment."""
        return self.store.settings.connection(lambda text: self.secret.decrypt(GATEWAY_KEY, text))

    def unstored(self, chats: Iterable[Conversation]) -> str:
        """Return an export of chats that are not fully stored.

        The copies have new ids: an import skips chats whose ids it finds in the store.
        """
        now = datetime.now(UTC)
        copies = [copied_as_chat(each, new_id=new_id, now=now) for each in chats]
        return "".join(archive.json_pieces(copies, self.files))

    def stop(self) -> None:
        """Stop replies, the embedded model and the store, in this order; save what could not be stored."""
        self.retention.stop()
        # First: its last writes need the store, and a reply of the local model needs its process.
        self.engine.stop()
        if self.local_model:
            self.local_model.stop()
        if left := self.engine.all_unstored():
            _save(self.unstored(left), self.settings.data_dir)
        self.store.close()


_lock = threading.Lock()
_app: App | None = None


def get() -> App:
    """Return the process's app; the first call builds it. Raises `ConfigurationError`."""
    global _app
    with _lock:
        # Under the lock: the first pages call this at the same time, and a process has one engine.
        if _app is None:
            _app = build(config.read())
        return _app


def stop() -> None:
    """Stop the process's app, if it was built."""
    global _app
    with _lock:
        if _app is not None:
            _app.stop()
        _app = None


def build(settings: Settings) -> App:
    """Build a separate app from these settings."""
    local_model, problem = start_local_model(settings)
    store, storage_problem = _open_store_or_memory(settings)
    store.settings.is_in_force = settings.has_admins
    files = open_files(settings, store)
    secret = _open_secret_or_memory(settings, is_stored=not storage_problem)
    retention = _retention(settings, store, files, is_stored=not storage_problem)
    installation_id = _prepared(store, retention)
    engine = Engine(
        gateway(settings),
        store,
        files=files,
        has_auto_titles=settings.has_auto_titles,
        request_bytes=settings.request_bytes,
        connection=lambda: built.connection,
    )
    known = secret, installation_id
    built = App(settings, store, files, engine, retention, *known, local_model, problem, storage_problem)
    retention.start()
    return built


def gateway(settings: Settings) -> Gateway:
    """Return a gateway client with the timeouts of these settings."""
    patience = settings.connect_seconds, settings.first_byte_seconds, settings.idle_seconds
    return Gateway(Timeouts(*patience))


def open_store(settings: Settings) -> Store:
    """Open PostgreSQL, or the file in the data folder, which only its owner can access.

    Raises `StoreError`.
    """
    private.keep_private(settings.data_dir, f"{DATABASE}*", FILES)
    url, bell = settings.database_url, settings.database_listen_url
    return Store(
        url.reveal() if url else settings.data_dir / DATABASE,
        settings.time_zone,
        listen_url=bell.reveal() if bell else None,
    )


def open_secret(settings: Settings) -> InstallationSecret:
    """Open the installation's secret, and make it if it is missing. Raises `ConfigurationError`."""
    try:
        return InstallationSecret(settings.secret_file or settings.data_dir / SECRET)
    except SecretError as error:
        raise ConfigurationError(error.args[0]) from None
    except OSError as error:
        raise ConfigurationError(
            lazy("The secret's file cannot be made: {reason}.", reason=error.strerror)
        ) from None


def open_files(settings: Settings, store: Store) -> Files:
    """Return the place of images and sounds: a folder, or PostgreSQL beside everything else."""
    return Files(store.files if settings.database_url else settings.data_dir / FILES)


def _open_store_or_memory(settings: Settings) -> tuple[Store, str | Lazy | None]:
    """Open the store; if its file cannot be used, return one in memory and a sentence that says why.

    Raises `ConfigurationError` for a server that cannot be used: beside other processes, memory is no help.
    """
    try:
        return open_store(settings), None
    except StoreError as error:
        if settings.database_url:
            raise ConfigurationError(error.sentence) from None
        log.error("Conversations are kept in memory only: %s", error)
        return Store(None), error.sentence


def _open_secret_or_memory(settings: Settings, *, is_stored: bool) -> InstallationSecret:
    """Open the secret. Where little depends on it, one that cannot be used is no reason not to start."""
    try:
        return open_secret(settings)
    except ConfigurationError as error:
        # Some file systems, such as Windows folders in Linux, let everybody read everything.
        if settings.secret_file or (settings.has_sign_in and is_stored):
            raise
        log.warning("Cookies are valid until the app stops. %s", error)
        return InstallationSecret(None)


def start_local_model(settings: Settings) -> tuple[LocalModel | None, str | Lazy | None]:
    """Start the embedded model if the settings want it; return it, or a sentence why it does not run."""
    if not settings.wants_local_model:
        return None, None
    try:
        return LocalModel.start(announce=_announce), None
    except LocalModelError as error:
        _announce(str(error))
        return None, error.args[0]


def _retention(settings: Settings, store: Store, files: Files, *, is_stored: bool) -> Retention:
    return Retention(
        store,
        # A store in memory does not know which images are in use: all files would be deleted.
        files if is_stored else None,
        lifetime=settings.sign_in.lifetime,
        keep=settings.keep,
        keep_after_leaving=settings.keep_after_leaving,
    )


def _prepared(store: Store, retention: Retention) -> str:
    """Return the installation's id, and delete expired data. What fails now is retried at the next start."""
    installation_id = ""
    try:
        installation_id = store.settings.installation_id()
        # Otherwise each of the next steps would wait ten seconds for a lock.
        store.check_writable()
        builtin.add_missing(store.of(LOCAL))
        retention.run(datetime.now(UTC))
    except StoreError as error:
        log.warning("Expired data was not deleted at this start. %s", error)
    # Without a database, this process's cookies are valid until it stops.
    return installation_id or secrets.token_hex(6)


def _save(unstored: str, folder: Path) -> None:
    file = folder / f"not-stored-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(
            # Only for its owner from the first byte on: `open` would apply the permissions of the umask.
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
            "w",
            encoding="utf-8",
            errors="replace",
        ) as opened:
            opened.write(unstored)
    except OSError as error:
        log.error("What was not stored is lost: %s.", error.strerror)
    else:
        log.warning("What was not stored is in %s: it can be imported.", file)


def _announce(sentence: str) -> None:
    sys.stderr.write(f"  {sentence}\n")
    sys.stderr.flush()
