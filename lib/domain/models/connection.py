"""Where to send requests and with which key: a base URL and a `Secret`, both cleaned of pasted clutter."""

import ipaddress
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from lib.domain.text.secrets import in_address, is_named
from lib.i18n.translation import lazy

SYNSTAR_BASE_URL = "https://www.kkiai.com/v1"
"""SynStar AI's own; its documentation, overview/base-urls, lists the other spellings in use."""
SHORTEST_SECRET = 16
"""Characters of a key that is not a common word."""
_SYNSTAR_HOSTS = {"kkiai.com", "www.kkiai.com"}
_ENDPOINTS = re.compile(r"(/chat/completions|/completions|/models)+$")


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A string that never shows itself: `reveal()` is the only way to its value.

    Neither it nor an object that contains it has a hash: nothing can be cached under a secret.
    """

    # A cache keyed by a secret would keep it in memory after its visitor has gone.
    __hash__ = None  # type: ignore[assignment]

    _value: str
    id: str = field(default_factory=lambda: secrets.token_hex(8), compare=False)
    """Distinguishes it from others and reveals nothing of its value."""

    def reveal(self) -> str:
        return self._value

    @property
    def is_secret(self) -> bool:
        """Whether it is long enough to be a secret. `ollama` and `EMPTY` are common words: masking them would
        remove letters from names and answers."""
        return len(self._value) >= SHORTEST_SECRET

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)


@dataclass(frozen=True, slots=True)
class Connection:
    """A base URL and its key; `None` for servers without keys."""

    base_url: str
    api_key: Secret | None = None

    @property
    def id(self) -> str:
        """The cache key of this connection; it does not contain the API key."""
        return f"{self.base_url} {self.api_key.id}" if self.api_key else self.base_url

    @property
    def needs_key(self) -> bool:
        """Whether no request is possible before somebody enters a key: SynStar AI without one."""
        return self.api_key is None and urlsplit(self.base_url).hostname in _SYNSTAR_HOSTS

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine."""
        return _is_loopback(urlsplit(self.base_url).hostname or "")


def parse_base_url(text: str, *, allow_plain_http: bool = False) -> str:
    """Clean a base URL of spaces, quotes, slashes and endpoint paths.

    SynStar's own host always becomes `/v1`, however it was written; other servers keep their path and their
    query, which is sent with each request (Azure needs `?api-version=`). Raises `ValueError` with a sentence
    for anything that is not a base URL, for plain http to another machine, and for a key in the query, which
    pages and logs would show.
    """
    cleaned = text.strip().strip("\"'").strip()
    parts = _split(cleaned)
    if parts is None or not parts.hostname:
        raise ValueError(
            lazy(
                "must be an address like {example}, not '{given}'.",
                example=SYNSTAR_BASE_URL,
                given=in_address(cleaned)[:80],
            )
        )
    if parts.username or parts.password:
        raise ValueError(lazy("must not contain a user name or password; the key has a variable of its own."))
    if any(is_named(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise ValueError(lazy("must not contain a key in its query; the key has a variable of its own."))
    is_safe = parts.scheme == "https" or _is_loopback(parts.hostname) or parts.hostname in _SYNSTAR_HOSTS
    if not is_safe and not allow_plain_http:
        raise ValueError(
            lazy(
                "uses plain http, which would send the key and every message in the clear; "
                "use https, or set CHAT_ALLOW_PLAIN_HTTP=on for a network you trust."
            )
        )
    return _with_clean_path(parts)


def endpoint(base_url: str, path: str) -> str:
    """The URL of an endpoint: its path appended to the base URL's, before the query."""
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path + path, parts.query, ""))


def without_endpoint(url: str) -> str:
    """The base URL of an endpoint's URL."""
    return _ENDPOINTS.sub("", url.rstrip("/"))


def likely_base_url(base_url: str) -> str | None:
    """The probable base URL if no API is at `base_url`: with `/v1` at its end; `None` if it has that."""
    parts = urlsplit(base_url)
    before, version, _ = f"{parts.path}/".partition("/v1/")
    likely = urlunsplit((parts.scheme, parts.netloc, f"{before if version else ''}/v1", parts.query, ""))
    return None if likely == base_url else likely


def _split(text: str) -> SplitResult | None:
    """The parts of an http URL; `None` for anything else, such as one whose port is not a number."""
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and parts.port != 0 and not re.search(r"\s", text)
    except ValueError:
        return None
    return parts if is_address else None


def _with_clean_path(parts: SplitResult) -> str:
    path = _ENDPOINTS.sub("", re.sub(r"/{2,}", "/", parts.path).rstrip("/"))
    if parts.hostname in _SYNSTAR_HOSTS:
        path = re.sub(r"^(/v1)+$", "/v1", path) or "/v1"
        return urlunsplit(("https", parts.netloc, path, "", ""))
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def likely_base_urls(base_url: str) -> list[str]:
    """Where the API probably is if it is not at this URL: likeliest first, on the same host.

    For a dashboard's page, an endpoint's URL, a `/v1` too many or too few, and plain http.
    """
    parts = urlsplit(base_url)
    before_v1 = re.sub(r"/v1(/.*)?$", "", re.sub(r"(/v1)+", "/v1", parts.path.rstrip("/")))
    paths = [f"{before_v1}/v1", "/v1", "/api/v1", "/openai/v1", "/api", ""]
    is_plain = parts.scheme == "http" and not _is_loopback(parts.hostname or "")
    schemes = ["https", "http"] if is_plain else [parts.scheme]
    forms = [
        urlunsplit((scheme, parts.netloc, path, parts.query, "")) for scheme in schemes for path in paths
    ]
    return [form for form in dict.fromkeys(forms) if form != base_url]


def parse_api_key(text: str) -> Secret | None:
    """Clean a key of spaces, quotes and a pasted `Bearer `; `None` for an empty text.

    Raises `ValueError` with a sentence if it cannot be a key. The sentence never repeats the key.
    """
    key = text.strip().strip("\"'").strip()
    key = re.sub(r"^bearer(\s+|$)", "", key, flags=re.IGNORECASE).strip().strip("\"'")
    if not key:
        return None
    if any(character.isspace() for character in key):
        raise ValueError(lazy("has a space inside; copy only the key, without the text around it."))
    if not all("!" <= character <= "~" for character in key):
        raise ValueError(lazy("has characters that no key has; copy it again from the gateway's key page."))
    return Secret(key)


def _is_loopback(hostname: str) -> bool:
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False
