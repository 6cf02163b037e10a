"""A browser as far as signing in needs one: it keeps cookies and fills in forms; it follows nothing alone."""

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.patience import PATIENCE

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def leads_to(self) -> str:
        """Where it sends the browser."""
        return self.headers.get("location", "")


@dataclass(slots=True)
class Visitor:
    """One browser profile at `url`."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Headers that a proxy in front of it would add."""
    base: str = ""
    """The path below which the app is."""
    source: str = ""
    """Where the browser is: every address that begins with 127 is on this machine."""

    def get(self, path: str, **headers: str) -> Answer:
        """Open an address."""
        return self.ask("GET", path, **{"Accept": "text/html", **headers})

    def submit(self, path: str, form: str, **fields: str) -> Answer:
        """Fill in the form of a page and send it; what is hidden in it goes along."""
        return self.submit_form(path, {**self.hidden(form), **fields})

    def submit_form(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form that is filled in."""
        body = urlencode(fields)
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        return self.ask("POST", path, body, **kind)

    def hidden(self, path: str) -> dict[str, str]:
        """Open a page, and return what is hidden in its first form."""
        found: dict[str, str] = {}
        for name, value in HIDDEN.findall(self.get(path).text):
            found.setdefault(name, unescape(value))
        return found

    def sign_in(self, email: str, password: str, wanted: str = "/") -> Answer:
        """Sign in with a password."""
        page = f"{self.base}/sign-in"
        form = f"{page}?{urlencode({'next': wanted})}"
        return self.submit(page, form, email=email, password=password, way="password")

    def enter(self, passphrase: str = "") -> Answer:
        """Come in as a guest."""
        page = f"{self.base}/sign-in"
        return self.submit(page, page, way="guest", password=passphrase)

    def ask(self, method: str, path: str, body: str | bytes = b"", **headers: str) -> Answer:
        """Send a request with the cookies, and keep those that come back."""
        source = (self.source, 0) if self.source else None
        host = self.url.partition("//")[2]
        connection = http.client.HTTPConnection(host, timeout=PATIENCE, source_address=source)
        sent = {**self.headers, "Cookie": self.cookie, **headers}
        connection.request(method, path, body or None, {name: value for name, value in sent.items() if value})
        response = connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        told = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, told, response.read().decode("utf-8", "replace"))
        connection.close()
        return answer

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, header: str) -> None:
        for name, morsel in SimpleCookie(header).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
