"""Who may speak to the server: by what name, from which page, and for how long before anything is said."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from lib.ui.server.connections import HEAD_BYTES, HEAD_SECONDS
from tests.app_server import AppServer, free_port
from tests.page_socket import PageSocket
from tests.patience import PATIENCE

# What the proxy of `host` says to its server: it has signed somebody in.
NAMED = {"Remote-User": "one@example.com"}


class Listener:
    """Something that listens on loopback and counts who calls."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()


@pytest.fixture(scope="module")
def internet() -> Iterator[Listener]:
    """Where a process that calls the Internet ends up."""
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, internet: Listener) -> Iterator[AppServer]:
    """The app under a name of its own, behind a proxy that it trusts, on all addresses."""
    proxy = f"http://127.0.0.1:{internet.port}"
    with AppServer(
        tmp_path_factory.mktemp("gate") / "data",
        "http://127.0.0.1:9/v1",
        CHAT_ALLOWED_HOSTS="chat.example.com, Other.Example.com",
        CHAT_TRUSTED_PROXIES="127.0.0.0/8",
        CHAT_SIGN_IN="header",
        CHAT_TRUSTED_HEADER="Remote-User",
        STREAMLIT_SERVER_ADDRESS="0.0.0.0",  # noqa: S104
        http_proxy=proxy,
        https_proxy=proxy,
        no_proxy="",
    ) as running:
        yield running


@dataclass
class Silent:
    """Connections on which nothing more is said, and a page that is open meanwhile."""

    connections: list[socket.socket]
    """One that sends nothing, one that stops in its headers, one that has been refused."""
    tab: PageSocket
    """Its stream may be silent for as long as it likes."""


@pytest.fixture(scope="module", autouse=True)
def silent(site: AppServer) -> Iterator[Silent]:
    """Opened before all tests of this file, for the last one: the others need not wait for them."""
    starts = (b"", b"GET / HTTP/1.1\r\nHost: local", b"GET / HTTP/1.1\r\nX: y\r\n")
    with contextlib.ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(("127.0.0.1", site.port), HEAD_SECONDS + PATIENCE))
            for _ in starts
        ]
        for connection, start in zip(opened, starts, strict=True):
            connection.sendall(start)
        tab = stack.enter_context(PageSocket(site.url))
        tab.wait_until_idle()
        yield Silent(opened, tab)


def status(site: AppServer, path: str = "/", method: str = "GET", **headers: str) -> int:
    """What a request with these headers is answered; `_` stands for `-` in their names."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in {**headers, **NAMED}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def shakes_hands(site: AppServer, origin: str | None = None, name: str = "127.0.0.1", **headers: str) -> bool:
    """Whether the stream of a page from `origin` can be opened under a name of the server."""
    try:
        with connect(
            f"ws://{name}:{site.port}/_stcore/stream",
            sock=socket.create_connection(("127.0.0.1", site.port)),
            origin=Origin(origin) if origin else None,
            additional_headers={
                field.replace("_", "-"): value for field, value in {**headers, **NAMED}.items()
            },
            subprotocols=[Subprotocol("streamlit")],
            compression=None,
        ):
            return True
    except InvalidStatus:
        return False


@pytest.mark.parametrize(
    "name",
    [
        *(
            "evil.example",
            "evil.example:{port}",
            "192.168.0.7",
            "0.0.0.0",  # noqa: S104
            "",
            "localhost.evil.example",
            "::1",
        ),
        *("chat.example.com.evil.example", "evil.example#localhost", "localhost@evil.example"),
        *(
            "[::1].evil.example",
            "127.0.0.1.evil.example",
            "127.1",
            "2130706433",
            "localhost:1:2",
            "localhost/",
        ),
    ],
)
def test_no_page_is_served_under_a_name_of_somebody_else(host: AppServer, name: str) -> None:
    name = name.format(port=host.port)
    assert status(host, Host=name) in (400, 421)
    assert status(host, "/_stcore/host-config", Host=name) in (400, 421)
    assert status(host, "/room/" + "x" * 22, Host=name) in (400, 421)


@pytest.mark.parametrize("path", ["/ready", "/live", "/_stcore/health"])
def test_whoever_watches_the_server_may_ask_by_any_name(host: AppServer, path: str) -> None:
    assert status(host, path, Host=f"192.168.0.7:{host.port}") == 200
    for other in (f"/compare{path}", f"/room/x{path}", f"/_stcore/upload_file/x{path}"):
        assert status(host, other, Host="evil.example") == 421
    assert status(host, path, "POST", Host="evil.example") == 421


@pytest.mark.parametrize(
    "name",
    [
        *("localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "LOCALHOST", "localhost.", "127.0.0.2"),
        *("chat.example.com", "Chat.Example.com:443", "other.example.com"),
    ],
)
def test_pages_are_served_under_the_names_of_this_server(host: AppServer, name: str) -> None:
    assert status(host, Host=name.format(port=host.port)) == 200


def test_a_page_of_another_site_opens_no_stream(site: AppServer) -> None:
    own = f"127.0.0.1:{site.port}"
    foreign = ["http://evil.example", f"http://127.0.0.1:{free_port()}", "http://127.0.0.1", f"https://{own}"]
    foreign += [
        f"http://localhost:{site.port}",
        "null",
        f"http://{own}.evil.example",
        f"http://{own}/",
        "file://",
    ]
    assert [origin for origin in foreign if shakes_hands(site, origin)] == []
    assert not shakes_hands(site, f"http://evil.example:{site.port}", "evil.example")
    assert shakes_hands(site, f"http://{own}")
    assert shakes_hands(site)  # no browser: they always say where a page is from


def test_a_page_of_another_site_sends_nothing(site: AppServer) -> None:
    own = f"http://127.0.0.1:{site.port}"
    for path, method in (
        ("/", "GET"),
        ("/_stcore/upload_file/a/b", "PUT"),
        ("/room/" + "x" * 22 + "/vote", "POST"),
    ):
        assert status(site, path, method, Origin="http://evil.example") == 403
        assert (
            status(site, path, method, Origin=own) != 403 or method == "PUT"
        )  # Streamlit's own token is missing


def test_a_page_that_says_twice_where_it_is_from_is_not_believed(site: AppServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
    connection.putrequest("GET", "/media/0123.png")
    for value in ("same-origin", "cross-site"):
        connection.putheader("Sec-Fetch-Site", value)
    connection.endheaders()
    assert connection.getresponse().status == 403
    connection.close()


@pytest.mark.parametrize("sent_by", ["cross-site", "same-site", "anything"])
def test_what_only_our_pages_ask_for_is_not_embedded_elsewhere(site: AppServer, sent_by: str) -> None:
    for path in ("/media/0123.png", "/_stcore/host-config"):
        assert status(site, path, Sec_Fetch_Site=sent_by) == 403
        assert status(site, path, Sec_Fetch_Site="same-origin") != 403
    assert status(site, "/", Sec_Fetch_Site=sent_by) == 200  # a link from elsewhere opens the page


def test_figures_about_everybody_are_told_to_nobody(site: AppServer) -> None:
    assert status(site, "/_stcore/metrics") == 404


def test_behind_a_proxy_its_scheme_is_the_pages(host: AppServer) -> None:
    name = "chat.example.com"
    origin = f"https://{name}:{host.port}"
    assert shakes_hands(host, origin, name, X_Forwarded_Proto="https")
    assert not shakes_hands(host, origin, name)


def test_forwarded_headers_are_nothing_from_anybody_but_a_proxy(site: AppServer, host: AppServer) -> None:
    assert not shakes_hands(site, f"https://127.0.0.1:{site.port}", X_Forwarded_Proto="https")
    assert shakes_hands(site, f"http://127.0.0.1:{site.port}", X_Forwarded_Proto="https")
    # Of a proxy too: it passes on the name that the browser used.
    assert status(host, Host="evil.example", X_Forwarded_Host="chat.example.com") == 421
    for name in ("X_Forwarded_Host", "X_Forwarded_Prefix", "Forwarded"):
        assert status(host, Host="chat.example.com", **{name: "host=evil.example"}) == 200


def test_foreign_handshakes_cost_nothing_and_nobody_asks_the_internet(
    host: AppServer, internet: Listener
) -> None:
    refused = [
        threading.Thread(target=shakes_hands, args=(host,), kwargs={"origin": f"http://evil{n}.example"})
        for n in range(10)
    ]
    for thread in refused:
        thread.start()
    with PageSocket(host.url, headers=NAMED) as tab:
        tab.wait_for_text("What would you like to know?")
    for thread in refused:
        thread.join(PATIENCE)
    assert shakes_hands(host, f"http://chat.example.com:{host.port}", "chat.example.com")
    assert internet.calls == 0
    assert f"URL: http://127.0.0.1:{host.port}" in host.log


def test_long_headers_are_refused_and_others_taken(site: AppServer) -> None:
    assert status(site, X_Long="x" * (HEAD_BYTES - 2000)) == 200
    for path, value in (("/", "x" * HEAD_BYTES), ("/" + "x" * HEAD_BYTES, "short")):
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            status(site, path, X_Long=value)
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE) as endless:
        with contextlib.suppress(ConnectionError):
            endless.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
            for _ in range(HEAD_BYTES // 500):
                endless.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")
        assert is_closed(endless)


def is_closed(connection: socket.socket) -> bool:
    """Wait for the server's end of a connection; whether it says nothing before."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_what_a_client_sends_makes_no_line_of_its_own_in_the_log(site: AppServer) -> None:
    forged = "2026-01-01 ERROR forged"
    for name in (f"x\r\n{forged}", f"x\n{forged}", f"x\x0b{forged}", f"x\u2028{forged}"):
        with socket.create_connection(("127.0.0.1", site.port), PATIENCE) as connection:
            connection.sendall(f"GET /{name} HTTP/1.1\r\nHost: {name}\r\nOrigin: {name}\r\n\r\n".encode())
            connection.recv(100)
        with PageSocket(site.url, f"?conversation={name}", page=name) as tab:
            tab.wait_until_idle()
    status(site, Host="evil.example", Origin=f"http://a\x85{forged}")
    assert [line for line in site.log.splitlines() if line.startswith(forged)] == []


def test_connections_that_say_nothing_are_closed(silent: Silent) -> None:
    for connection in silent.connections:
        assert is_closed(connection)
    silent.tab.click("new_chat")
    silent.tab.wait_until_idle()
