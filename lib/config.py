"""Settings: read once, from the environment, `.env`, `.streamlit/secrets.toml`, then defaults, in that order.

`Settings.load` is a pure function of mappings; only `read` reads the real environment, and the file that may
hold the key. `VARIABLES` is the table in the README.
"""

import ipaddress
import math
import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from lib.domain.models.connection import SYNSTAR_BASE_URL, Connection, Secret, parse_api_key, parse_base_url

ROOT = Path(__file__).resolve().parent.parent
LARGEST_KEY_FILE = 8192
"""Bytes. A larger file is probably the wrong one."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of the configuration table."""

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable("KKIAI_API_KEY", "", "Key for the gateway. Without one, the embedded model answers."),
    Variable(
        "KKIAI_API_KEY_FILE",
        "",
        "File whose first line is the key, instead of the key: a container's secret.",
    ),
    Variable("KKIAI_BASE_URL", SYNSTAR_BASE_URL, "Base URL of any OpenAI-compatible server."),
    Variable("KKIAI_MODEL", "", "Model that a new chat starts with; by default the first chat model listed."),
    Variable("CHAT_DATA_DIR", "./data", "Folder for conversations and images; created if missing."),
    Variable("CHAT_TITLE", "SynStar Chat", "Name shown in the browser's tab and on the page."),
    Variable(
        "CHAT_LOCAL_MODEL",
        "auto",
        "Embedded model: `auto` (when neither a key nor a base URL is set), `on` or `off`.",
    ),
    Variable(
        "CHAT_AUTO_TITLES",
        "off",
        "`on` lets the model write a title for each new chat: a call of its own, listed in the usage table.",
    ),
    Variable(
        "CHAT_GRACE_SECONDS", "20", "How long running replies may continue once the server is asked to stop."
    ),
    Variable("CHAT_CONNECT_SECONDS", "5", "How long to wait for a connection to the gateway."),
    Variable(
        "CHAT_FIRST_BYTE_SECONDS",
        "120",
        "How long to wait for the first byte of an answer. A gateway's pings are bytes too.",
    ),
    Variable("CHAT_IDLE_SECONDS", "90", "How long an answer may be silent between two bytes."),
    Variable(
        "CHAT_REQUEST_KB",
        "900",
        "Largest request with images, in kB; they are scaled down to fit. Many proxies take 1 MB at most.",
    ),
    Variable("CHAT_TRANSCRIPTION_MODEL", "whisper-1", "Model that transcribes speech; `off` for none."),
    Variable(
        "CHAT_SHARING",
        "off",
        "`on` lets people open comparisons to an audience and share reports, each under a secret link.",
    ),
    Variable(
        "CHAT_ALLOWED_HOSTS",
        "",
        "Names under which browsers reach this server, separated by commas. Loopback names always work.",
    ),
    Variable(
        "CHAT_TRUSTED_PROXIES",
        "",
        "Proxies whose forwarded scheme and client are trusted: addresses or networks, separated by commas.",
    ),
    Variable(
        "CHAT_ALLOW_PLAIN_HTTP",
        "off",
        "`on` lets the base URL use plain http to another machine, in a network you trust.",
    ),
)
_DEFAULTS = {variable.name: variable.default for variable in VARIABLES}


class ConfigurationError(Exception):
    """A setting that cannot be used. The message is one sentence that names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the process."""

    base_url: str
    api_key: Secret | None
    default_model: str | None
    data_dir: Path
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
    allowed_hosts: tuple[str, ...]
    """This server's names besides the loopback ones, in lower case."""
    trusted_proxies: tuple[str, ...]
    """Addresses and networks."""

    @property
    def connection(self) -> Connection:
        return Connection(self.base_url, self.api_key)

    @classmethod
    def load(cls, *sources: Mapping[str, Any]) -> "Settings":
        """Return settings from mappings; the first one with a value wins. Raises `ConfigurationError`."""
        values = _Values(sources)
        allow_plain_http = values.switch("CHAT_ALLOW_PLAIN_HTTP")
        try:
            base_url = parse_base_url(values.text("KKIAI_BASE_URL"), allow_plain_http=allow_plain_http)
        except ValueError as error:
            raise ConfigurationError(f"KKIAI_BASE_URL {error}") from None
        try:
            api_key = parse_api_key(values.text("KKIAI_API_KEY"))
        except ValueError as error:
            raise ConfigurationError(f"KKIAI_API_KEY {error}") from None
        local = values.choice("CHAT_LOCAL_MODEL", ("auto", "on", "off"))
        speech = values.text("CHAT_TRANSCRIPTION_MODEL")
        chose_server = api_key is not None or values.is_set("KKIAI_BASE_URL")
        return cls(
            base_url=base_url,
            api_key=api_key,
            default_model=values.text("KKIAI_MODEL") or None,
            data_dir=Path(values.text("CHAT_DATA_DIR")).expanduser(),
            title=values.text("CHAT_TITLE"),
            wants_local_model=local == "on" or (local == "auto" and not chose_server),
            has_auto_titles=values.switch("CHAT_AUTO_TITLES"),
            grace_seconds=values.number("CHAT_GRACE_SECONDS"),
            connect_seconds=values.number("CHAT_CONNECT_SECONDS", is_positive=True),
            first_byte_seconds=values.number("CHAT_FIRST_BYTE_SECONDS", is_positive=True),
            idle_seconds=values.number("CHAT_IDLE_SECONDS", is_positive=True),
            request_bytes=round(values.number("CHAT_REQUEST_KB", "kB") * 1024),
            transcription_model=None if speech.lower() == "off" else speech,
            is_sharing=values.switch("CHAT_SHARING"),
            allowed_hosts=values.names("CHAT_ALLOWED_HOSTS", _host, "names like chat.example.com"),
            trusted_proxies=values.names("CHAT_TRUSTED_PROXIES", _network, "addresses like 10.0.0.0/8"),
        )


def read(root: Path = ROOT, **overrides: str) -> Settings:
    """Return the settings from `overrides`, the environment, `.env` and secrets.toml in `root`."""
    secrets_file = root / ".streamlit" / "secrets.toml"
    try:
        secrets = tomllib.loads(secrets_file.read_text("utf-8")) if secrets_file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".streamlit/secrets.toml cannot be read: {error}.") from None
    try:
        # Streamlit does not load `.env`, although it installs python-dotenv.
        env_file = dotenv_values(root / ".env")
    except UnicodeDecodeError:
        raise ConfigurationError(".env cannot be read: save it as UTF-8.") from None
    sources = (overrides, os.environ, env_file, secrets)
    return Settings.load(_key_from_file(sources), *sources)


def _key_from_file(sources: tuple[Mapping[str, Any], ...]) -> dict[str, str]:
    """Read the key, if the first source with one names a file for it. Raises `ConfigurationError`."""
    for source in sources:
        values = _Values((source,))
        key, file = values.text("KKIAI_API_KEY"), values.text("KKIAI_API_KEY_FILE")
        if key and file:
            raise ConfigurationError("Set KKIAI_API_KEY or KKIAI_API_KEY_FILE, not both in one place.")
        if file:
            return {"KKIAI_API_KEY": _key_in(_content(file))}
        if key:
            break
    return {}


# No message names the file: somebody may have put the key itself into the variable.


def _content(file: str) -> bytes:
    try:
        path = Path(file).expanduser()
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe might block forever
            raise ConfigurationError("KKIAI_API_KEY_FILE cannot be read: it is not a regular file.")
        with path.open("rb") as opened:
            return opened.read(LARGEST_KEY_FILE + 1)
    except OSError as error:
        raise ConfigurationError(f"KKIAI_API_KEY_FILE cannot be read: {error.strerror}.") from None
    except (ValueError, RuntimeError):  # a NUL in the path, or an unknown user's home folder
        raise ConfigurationError("KKIAI_API_KEY_FILE cannot be read: it is not a path.") from None


def _key_in(content: bytes) -> str:
    """Return the key in the first line of a file."""
    if len(content) > LARGEST_KEY_FILE:
        raise ConfigurationError("KKIAI_API_KEY_FILE is larger than a key can be; name another file.")
    try:
        # Editors on Windows write a byte order mark before the text.
        key = parse_api_key(content.decode("utf-8-sig").partition("\n")[0])
    except UnicodeDecodeError:
        raise ConfigurationError("KKIAI_API_KEY_FILE is not a text file; save it as UTF-8.") from None
    except ValueError as error:
        raise ConfigurationError(f"KKIAI_API_KEY_FILE {error}") from None
    if key is None:
        raise ConfigurationError("KKIAI_API_KEY_FILE is empty: its first line must be the key.")
    return key.reveal()


class _Values:
    """Looks values up by name in the sources; an empty text counts as not set."""

    def __init__(self, sources: tuple[Mapping[str, Any], ...]) -> None:
        self._sources = sources

    def is_set(self, name: str) -> bool:
        return any(str(source.get(name) or "").strip() for source in self._sources)

    def text(self, name: str) -> str:
        for source in self._sources:
            if value := str(source.get(name) or "").strip():
                return value
        return _DEFAULTS[name]

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name).lower()
        if value not in allowed:
            raise ConfigurationError(f"{name} must be one of {', '.join(allowed)}, not {self.text(name)!r}.")
        return value

    def number(self, name: str, unit: str = "seconds", *, is_positive: bool = False) -> float:
        try:
            value = float(self.text(name))
        except ValueError:
            value = math.nan
        # This refuses NaN too, which fails every comparison.
        if not 0 <= value < math.inf:
            raise ConfigurationError(f"{name} must be a number of {unit}, not {self.text(name)!r}.")
        if is_positive and not value:
            raise ConfigurationError(f"{name} must be more than 0 {unit}.")
        return value

    def names(self, name: str, read: Callable[[str], str], kind: str) -> tuple[str, ...]:
        """Return comma-separated values; `read` raises `ValueError` for an invalid one."""
        given = [part.strip() for part in self.text(name).split(",") if part.strip()]
        try:
            return tuple(map(read, given))
        except ValueError:
            raise ConfigurationError(f"{name} must be {kind}, separated by commas.") from None

    def switch(self, name: str) -> bool:
        return self.choice(name, ("on", "off")) == "on"


def _host(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:]+", text.lower()):
        raise ValueError(text)
    return text.lower()


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))
