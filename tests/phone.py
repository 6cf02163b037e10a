"""A phone in the audience, without a browser: it opens a room's link, follows its events, and votes."""

import html
import http.client
import json
import re
import threading
from collections.abc import Callable
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.patience import PATIENCE


class Phone:
    """One device. Use it as a context manager: it opens the page and follows until the end."""

    def __init__(self, link: str, address: str = "127.0.0.1", language: str = "en") -> None:
        """`address` is where the phone is: every one that begins with 127 is on this machine."""
        self._language = {"Accept-Language": language}
        self._host, self._path = urlsplit(link).netloc, urlsplit(link).path
        self._source = address, 0
        self.cookie = ""
        self.state: dict[str, Any] = {}
        """What the page holds: the last whole state, with all frames since."""
        self.mine: dict[str, Any] = {}
        self.events: list[str] = []
        """The names of all events, in their order."""
        self.received = b""
        self._changed = threading.Condition()
        self._connection: http.client.HTTPConnection | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Phone":
        status, _, _ = self.get()
        assert status == http.client.OK
        self.follow()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.leave()

    def get(self, path: str = "") -> tuple[int, dict[str, str], bytes]:
        """Fetch the page, or what lies below it: status, headers, body. Cookies are kept, a proxy's too."""
        status, headers, body = self._request("GET", path, {})
        if "set-cookie" in headers:
            morsels = [m for line in headers["set-cookie"].splitlines() for m in SimpleCookie(line).values()]
            self.cookie = "; ".join(f"{morsel.key}={morsel.value}" for morsel in morsels)
        return status, headers, body

    def post(self, said: Any, **headers: str) -> tuple[int, Any]:
        """Send a vote, or whatever it is: status, and what came back."""
        status, _, answer = self.send(
            said if isinstance(said, bytes) else json.dumps(said).encode(), **headers
        )
        return status, json.loads(answer) if answer.startswith(b"{") else answer

    def send(self, body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """As `post`, with all that comes back: status, headers, body."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._request("POST", "/vote", {"Content-Type": "application/json", **names}, body)

    def vote(self, choice: str) -> int:
        """Vote in the shown round; the status."""
        return self.post({"round": self.state["round"]["id"], "choice": choice})[0]

    def follow(self) -> None:
        """Open the stream of events, and wait for the first state."""
        answer = self.stream()
        assert answer.status == http.client.OK, answer.status
        seen = len(self.events)
        self._thread = threading.Thread(target=self._read, args=(answer,), daemon=True)
        self._thread.start()
        self.wait_for(lambda: "state" in self.events[seen:])

    def stream(self) -> http.client.HTTPResponse:
        """Ask for the stream of events, and do nothing with it."""
        self._connection = http.client.HTTPConnection(
            self._host, timeout=PATIENCE, source_address=self._source
        )
        self._connection.request(
            "GET", f"{self._path}/events", headers={"Cookie": self.cookie, **self._language}
        )
        return self._connection.getresponse()

    def leave(self) -> None:
        """Close the stream."""
        if self._connection and self._connection.sock:
            self._connection.sock.shutdown(2)
        if self._thread:
            self._thread.join(PATIENCE)
        if self._connection:
            self._connection.close()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Take events until the condition holds. Raises `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(condition, PATIENCE):
                raise TimeoutError(f"The phone shows {self.state}, after {self.events}")

    def wait_for_end(self, count: int = 2) -> None:
        """Wait until there are that many answers, and all have ended."""
        ended = {"done", "empty", "failed", "stopped"}
        self.wait_for(
            lambda: (
                len(self.state["answers"]) == count
                and {answer["status"] for answer in self.state["answers"]} <= ended
            )
        )

    @property
    def titles(self) -> list[str]:
        return [answer["title"] for answer in self.state["answers"]]

    @property
    def texts(self) -> list[str]:
        """What each answer says, without its markup."""
        return [text_of("".join([*one["blocks"], one["open"]])) for one in self.state["answers"]]

    def _request(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE, source_address=self._source)
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        connection.request(method, f"{self._path}{path}", body, {**cookie, **self._language, **headers})
        answer = connection.getresponse()
        received = {name.lower(): "\n".join(answer.headers.get_all(name, [])) for name in answer.headers}
        result = answer.status, received, answer.read()
        connection.close()
        return result

    def _read(self, answer: http.client.HTTPResponse) -> None:
        name = ""
        while line := _line(answer):
            self.received += line
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                with self._changed:
                    self._apply(name, json.loads(value))
                    self.events.append(name)
                    self._changed.notify_all()
        with self._changed:
            self.events.append("end")
            self._changed.notify_all()

    def _apply(self, name: str, data: Any) -> None:
        match name:
            case "state":
                self.state = data
            case "frame":
                for number, blocks, still_open, status in data:
                    answer = self.state["answers"][number]
                    answer["blocks"] += blocks
                    answer["open"], answer["status"] = still_open, status
            case "votes":
                self.state["voters"] = data["voters"]
            case "mine":
                self.mine = data


def text_of(markup: str) -> str:
    """The words of an HTML fragment."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()


def _line(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.readline()
    except (OSError, ValueError, http.client.HTTPException):  # closed by either side
        return b""
