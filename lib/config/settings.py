"""Settings: read once, from the environment, `.env`, `.streamlit/secrets.toml`, then defaults, in that order.

`Settings.load` is a pure function of mappings; only `read` reads the real environment, and the file that may
hold the key. `VARIABLES` is the table in the README.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from lib.config.sign_in import SignIn
from lib.config.values import LARGEST_FILE, ConfigurationError, Values, file_content
from lib.config.variables import DEFAULTS, PREFIXES
from lib.domain.models.connection import Connection, Secret, parse_api_key, parse_base_url
from lib.i18n.translation import lazy

ROOT = Path(__file__).resolve().parent.parent.parent
LOG_FORMATS = ("console", "json")
POSTGRESQL = "postgresql+psycopg://"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the process."""

    base_url: str
    api_key: Secret | None
    default_model: str | None
    data_dir: Path
    database_url: Secret | None
    """Of PostgreSQL, perhaps with a password; `None` for SQLite in the data folder."""
    database_listen_url: Secret | None
    """The same server, reached without a pooler, to be woken by other processes; `None` if they do not."""
    secret_file: Path | None
    """Of the installation's secret; `None` for `secret` in the data folder."""
    title: str
    wants_local_model: bool
    has_auto_titles: bool
    grace_seconds: float
    connect_seconds: float
    first_byte_seconds: float
    idle_seconds: float
    request_bytes: int
    transcription_model: str | None
    is_sharing: bool
    may_admins_read: bool
    """Whether an admin may read a chat of somebody else, after giving a reason."""
    has_own_keys: bool
    """Whether people may use an API key of their own."""
    allows_plain_http: bool
    """Whether a base URL may use plain http to another machine."""
    sign_in: SignIn
    time_zone: ZoneInfo
    """Where a day of the limits begins at midnight."""
    keep: timedelta | None
    """How long chats, comparisons and deck runs are kept after their last change; `None`: for ever."""
    keep_after_leaving: timedelta | None
    """How long everything of a disabled person is kept; `None`: for ever."""
    base_path: str
    """The path below which this server's paths are, like `/chat`; empty where nothing else is beside it."""
    allowed_hosts: tuple[str, ...]
    """This server's names besides the loopback ones, in lower case."""
    trusted_proxies: tuple[str, ...]
    """Addresses and networks."""
    log_format: str
    """`console` or `json`."""
    metrics_token: Secret | None
    """Whoever sends it may read the metrics; `None`: nobody may."""

    @property
    def has_sign_in(self) -> bool:
        """Whether people sign in; otherwise there is one person, on this machine."""
        return bool(self.sign_in.ways)

    @property
    def has_admins(self) -> bool:
        """Whether somebody can be an admin: guests are none."""
        return any(way != "guest" for way in self.sign_in.ways)

    def address(self, path: str) -> str:
        """Return where a browser finds a path of this server."""
        return self.base_path + path

    @property
    def connection(self) -> Connection:
        return Connection(self.base_url, self.api_key)

    @classmethod
    def load(cls, *sources: Mapping[str, Any]) -> "Settings":
        """Return settings from mappings; the first one with a value wins. Raises `ConfigurationError`."""
        values = Values(sources)
        allow_plain_http = values.switch("CHAT_ALLOW_PLAIN_HTTP")
        try:
            base_url = parse_base_url(values.text("KKIAI_BASE_URL"), allow_plain_http=allow_plain_http)
        except ValueError as error:
            raise ConfigurationError(lazy("KKIAI_BASE_URL {error}", error=error)) from None
        try:
            api_key = parse_api_key(values.text("KKIAI_API_KEY"))
        except ValueError as error:
            raise ConfigurationError(lazy("KKIAI_API_KEY {error}", error=error)) from None
        local = values.choice("CHAT_LOCAL_MODEL", ("auto", "on", "off"))
        speech = values.text("CHAT_TRANSCRIPTION_MODEL")
        sign_in = SignIn.load(values)
        chose_server = api_key is not None or values.is_set("KKIAI_BASE_URL")
        return cls(
            base_url=base_url,
            api_key=api_key,
            default_model=values.text("KKIAI_MODEL") or None,
            data_dir=Path(values.text("CHAT_DATA_DIR")).expanduser(),
            database_url=_database_url(values, "CHAT_DATABASE_URL"),
            database_listen_url=_listen_url(values),
            secret_file=values.path("CHAT_SECRET_FILE"),
            title=values.text("CHAT_TITLE"),
            wants_local_model=local == "on" or (local == "auto" and not chose_server),
            has_auto_titles=values.switch("CHAT_AUTO_TITLES"),
            grace_seconds=values.number("CHAT_GRACE_SECONDS"),
            connect_seconds=values.number("CHAT_CONNECT_SECONDS", is_positive=True),
            first_byte_seconds=values.number("CHAT_FIRST_BYTE_SECONDS", is_positive=True),
            idle_seconds=values.number("CHAT_IDLE_SECONDS", is_positive=True),
            request_bytes=round(values.number("CHAT_REQUEST_KB", lazy("kB"), is_positive=True) * 1024),
            transcription_model=None if speech.lower() == "off" else speech,
            is_sharing=values.switch("CHAT_SHARING"),
            may_admins_read=values.switch("CHAT_ADMIN_MAY_READ"),
            has_own_keys=values.switch("CHAT_OWN_KEYS")
            if values.is_set("CHAT_OWN_KEYS")
            else not sign_in.ways,
            allows_plain_http=allow_plain_http,
            sign_in=sign_in,
            time_zone=values.time_zone("CHAT_TIME_ZONE"),
            keep=values.days("CHAT_KEEP_DAYS"),
            keep_after_leaving=values.days("CHAT_KEEP_DAYS_AFTER_LEAVING"),
            base_path=_base_path(values),
            allowed_hosts=values.names("CHAT_ALLOWED_HOSTS", _host, lazy("names like chat.example.com")),
            trusted_proxies=values.names("CHAT_TRUSTED_PROXIES", _network, lazy("addresses like 10.0.0.0/8")),
            log_format=values.choice("CHAT_LOG_FORMAT", LOG_FORMATS),
            metrics_token=Secret(token) if (token := values.text("CHAT_METRICS_TOKEN")) else None,
        )


def _database_url(values: Values, name: str) -> Secret | None:
    url = values.text(name)
    if url and not url.startswith(POSTGRESQL):
        raise ConfigurationError(lazy("{name} must begin with {scheme}.", name=name, scheme=POSTGRESQL))
    return Secret(url) if url else None


def _base_path(values: Values) -> str:
    given = values.text("CHAT_BASE_PATH")
    path = given.rstrip("/")
    # No letters that mean something in an address, and no `..`, which browsers and proxies resolve.
    if path and not re.fullmatch(r"(/(?!\.+(/|$))[A-Za-z0-9._~-]+)+", path):
        raise ConfigurationError(
            lazy("CHAT_BASE_PATH must be a path like /chat or /team/chat, not '{given}'.", given=given)
        )
    return path


def _listen_url(values: Values) -> Secret | None:
    name = "CHAT_DATABASE_LISTEN_URL"
    if values.text(name).lower() == "off":
        return None
    return _database_url(values, name if values.is_set(name) else "CHAT_DATABASE_URL")


def read(root: Path = ROOT, **overrides: str) -> Settings:
    """Return the settings from `overrides`, the environment, `.env` and secrets.toml in `root`.

    Raises `ConfigurationError`.
    """
    sources = (overrides, *_sources(root))
    return Settings.load(_key_from_file(sources), *sources)


def unknown(root: Path = ROOT) -> list[str]:
    """Return the names that look like variables of ours and are none. Raises `ConfigurationError`."""
    named = set().union(*_sources(root))
    return sorted(name for name in named - DEFAULTS.keys() if name.startswith(PREFIXES))


def log_format(root: Path = ROOT) -> str:
    """Return how the log is written: known first, as it also says that another setting cannot be used."""
    try:
        return Values(_sources(root)).choice("CHAT_LOG_FORMAT", LOG_FORMATS)
    except ConfigurationError:  # which `read` is about to raise
        return LOG_FORMATS[0]


def _sources(root: Path) -> tuple[Mapping[str, Any], ...]:
    secrets_file = root / ".streamlit" / "secrets.toml"
    try:
        secrets = tomllib.loads(secrets_file.read_text("utf-8")) if secrets_file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            lazy(".streamlit/secrets.toml cannot be read: {error}.", error=error)
        ) from None
    try:
        # Streamlit does not load `.env`, although it installs python-dotenv.
        env_file = dotenv_values(root / ".env")
    except UnicodeDecodeError:
        raise ConfigurationError(lazy(".env cannot be read: save it as UTF-8.")) from None
    return os.environ, env_file, secrets


def languages() -> list[str]:
    """Return the languages that this machine's environment asks for, the most wanted first.

    The order is that of the GNU gettext manual, 2.3.2: `LC_ALL=C` asks for none, whatever others say.
    """
    language, *others = (os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next(filter(None, others), "")
    wanted = [each.partition(".")[0].partition("@")[0] for each in (*language.split(":"), chosen) if each]
    return [] if wanted[-1:] in (["C"], ["POSIX"]) else wanted


def _key_from_file(sources: tuple[Mapping[str, Any], ...]) -> dict[str, str]:
    """Read the key, if the first source with one names a file for it. Raises `ConfigurationError`."""
    for source in sources:
        values = Values((source,))
        key, file = values.text("KKIAI_API_KEY"), values.text("KKIAI_API_KEY_FILE")
        if key and file:
            raise ConfigurationError(lazy("Set KKIAI_API_KEY or KKIAI_API_KEY_FILE, not both in one place."))
        if file:
            return {"KKIAI_API_KEY": _key_in(file_content("KKIAI_API_KEY_FILE", file))}
        if key:
            break
    return {}


def _key_in(content: bytes) -> str:
    """Return the key in the first line of a file."""
    if len(content) > LARGEST_FILE:
        raise ConfigurationError(lazy("KKIAI_API_KEY_FILE is larger than a key can be; name another file."))
    try:
        # Editors on Windows write a byte order mark before the text.
        key = parse_api_key(content.decode("utf-8-sig").partition("\n")[0])
    except UnicodeDecodeError:
        raise ConfigurationError(lazy("KKIAI_API_KEY_FILE is not a text file; save it as UTF-8.")) from None
    except ValueError as error:
        raise ConfigurationError(lazy("KKIAI_API_KEY_FILE {error}", error=error)) from None
    if key is None:
        raise ConfigurationError(lazy("KKIAI_API_KEY_FILE is empty: its first line must be the key."))
    return key.reveal()


def _host(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:]+", text.lower()):
        raise ValueError(text)
    return text.lower()


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))
