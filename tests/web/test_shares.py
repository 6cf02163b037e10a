"""The address of a shared report, on the real server: who knows the token sees the copy, and nothing else."""

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from lib.app import DATABASE
from lib.domain.people.people import LOCAL
from lib.store import Store
from tests.app_server import AppServer

TOKEN = "Zm9vYmFyMTIzNDU2Nzg5MA"
REPORT = "<!doctype html><title>A report</title><p>wörds</p>"


@pytest.fixture(scope="module")
def sharing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with sharing on."""
    with AppServer(tmp_path_factory.mktemp("sharing") / "data", CHAT_SHARING="on") as running:
        yield running


@pytest.fixture
def store(sharing: AppServer) -> Iterator[Store]:
    """The store of the running app."""
    opened = Store(sharing.data_dir / DATABASE)
    yield opened
    opened.close()


def share(store: Store, token: str, days: int = 7) -> None:
    now = datetime.now(UTC)
    store.of(LOCAL).shares.add(
        token,
        REPORT,
        source_id="s",
        title="t",
        created_at=now - timedelta(days=8),
        expires_at=now + timedelta(days),
    )


def get(server: AppServer, token: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, f"/share/{token}")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def test_a_shared_report_is_served_as_it_was_kept(sharing: AppServer, store: Store) -> None:
    share(store, TOKEN)
    status, headers, text = get(sharing, TOKEN)
    assert (status, text) == (200, REPORT)
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
    assert policy == {
        **dict.fromkeys(("default-src", "base-uri", "form-action", "frame-ancestors"), "'none'"),
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
    }


def test_views_are_counted_exactly_and_a_look_at_the_headers_is_none(
    sharing: AppServer, store: Store
) -> None:
    share(store, "counted")
    assert get(sharing, "counted", "HEAD")[0] == 200
    with ThreadPoolExecutor(12) as readers:
        seen = list(readers.map(lambda _: get(sharing, "counted")[0], range(60)))
    assert seen == [200] * 60
    assert {one.token: one.views for one in store.of(LOCAL).shares.of("s", datetime.now(UTC))}[
        "counted"
    ] == 60


def test_unknown_expired_and_revoked_links_get_the_same_friendly_answer(
    sharing: AppServer, store: Store
) -> None:
    share(store, "expired", days=-1)
    share(store, "revoked")
    store.of(LOCAL).shares.revoke("revoked", datetime.now(UTC))
    answers = [get(sharing, token) for token in ("unknown", "expired", "revoked", "a%20b", "x" * 3000)]
    for status, headers, text in answers:
        assert status == 404
        assert text == answers[0][2]
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cache-control"] == "no-store"
    assert "This report is not here" in answers[0][2]
    assert get(sharing, TOKEN, "POST")[0] == 405


def test_other_pages_keep_their_headers(sharing: AppServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sharing.port, timeout=20)
    connection.request("GET", "/")
    assert "script-src 'self'" in connection.getresponse().headers["Content-Security-Policy"]
    connection.close()
