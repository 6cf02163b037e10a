"""Base URLs and keys as people paste them, and a key that never shows."""

import logging
import traceback
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.models.connection import (
    SYNSTAR_BASE_URL,
    Connection,
    Secret,
    endpoint,
    likely_base_url,
    likely_base_urls,
    parse_api_key,
    parse_base_url,
)

KEY = "sk-Abc123-xyz_789"


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "//", "/v1", "/v1/", "/v1//", "//v1", "/v1/v1", "/v1/v1/", "/v1/v1/v1"),
        *("/v1/chat/completions", "/v1/chat/completions/", "/v1/v1/chat/completions", "/chat/completions"),
        *("/v1/models", "/v1/completions", "/v1//chat/completions", "/v1?x=1", "/v1#keys"),
    ],
)
@pytest.mark.parametrize("host", ["https://www.kkiai.com", "https://kkiai.com", "HTTPS://www.kkiai.com"])
@pytest.mark.parametrize("around", ["{}", " {} ", '"{}"', "'{}'", ' "{}"\n', '" {} "'])
def test_synstar_is_reached_at_v1_however_it_was_written(host: str, path: str, around: str) -> None:
    assert parse_base_url(around.format(host + path)) == f"{host.lower()}/v1"


def test_synstar_is_never_asked_over_plain_http() -> None:
    assert parse_base_url("http://www.kkiai.com") == SYNSTAR_BASE_URL


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://openrouter.ai/api/v1",
        "https://example.com",
        "https://example.com:8443/llm/v1",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "https://example.com/v1/v1",
        "https://example.com/compatible-mode/v1",
        "https://notkkiai.com",
        "https://www.kkiai.com.example.com/api",
        "http://localhost:11434/v1",
        "http://127.0.0.1:8000",
        "http://[::1]:8000/v1",
    ],
)
@pytest.mark.parametrize("ending", ["", "/", "/chat/completions", "/chat/completions/", "/models"])
def test_any_other_server_is_asked_where_it_says(url: str, ending: str) -> None:
    assert parse_base_url(url + ending) == url


PATHS = ["/", "/v1", "/chat", "/completions", "/models", "/api", "v1", "chat", "models", "x"]


@given(
    st.sampled_from(["https://www.kkiai.com", "https://a.b"]), st.lists(st.sampled_from(PATHS)).map("".join)
)
def test_a_cleaned_address_stays_as_it_is(host: str, path: str) -> None:
    cleaned = parse_base_url(f"{host}/{path}")
    assert parse_base_url(cleaned) == cleaned


@pytest.mark.parametrize(
    "url",
    [
        *("http://localhost", "http://LOCALHOST:1234/v1", "http://app.localhost:8000"),
        *("http://127.0.0.1:8000", "http://127.8.9.10", "http://[::1]:8000"),
    ],
)
def test_plain_http_is_fine_on_this_machine(url: str) -> None:
    assert Connection(parse_base_url(url)).is_loopback


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/v1", "http://10.0.0.5:8000", "http://192.168.1.2/v1", "http://0.0.0.0:8000"),
        *("http://127.0.0.1.example.com", "http://localhost.example.com", "http://[2001:db8::1]/v1"),
        *("http://www.kkiai.com.example.com", "http://notlocalhost"),
    ],
)
def test_plain_http_to_another_machine_needs_a_word_of_permission(url: str) -> None:
    with pytest.raises(ValueError, match=r"plain http.*CHAT_ALLOW_PLAIN_HTTP=on"):
        parse_base_url(url)
    assert parse_base_url(url, allow_plain_http=True) == url
    assert not Connection(url).is_loopback


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "www.kkiai.com/v1",
        "kkiai",
        "ftp://www.kkiai.com",
        "https://",
        "https:///v1",
        "https://[::1/v1",
        "https://a b/v1",
        "https://a.b/v 1",
        "http://localhost:port/v1",
        "http://localhost:99999/v1",
        "file:///etc",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=f"must be an address like {SYNSTAR_BASE_URL}"):
        parse_base_url(text)


@pytest.mark.parametrize(
    "text",
    [
        f"https://me:{KEY}@example.com/v1",
        f"https://{KEY}@www.kkiai.com",
        f"ftp://me:{KEY}@example.com/v1",
        f"ftp://me:p@{KEY}@example.com/v1",
        KEY,
        f"Bearer {KEY}",
        f"www.kkiai.com {KEY}",
    ],
)
def test_a_key_in_the_place_of_an_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="must") as refusal:
        parse_base_url(text)
    assert KEY not in str(refusal.value)
    assert KEY[3:] not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        *(KEY, f" {KEY}\n", f'"{KEY}"', f"'{KEY}'", f" '{KEY}' ", f'" {KEY} "', f"\t{KEY}\r\n"),
        *(f"Bearer {KEY}", f"bearer   {KEY}", f'"Bearer {KEY}"', f"BEARER {KEY} ", f"Bearer '{KEY}'"),
    ],
)
def test_a_key_is_cleaned_of_what_is_pasted_with_it(text: str) -> None:
    assert parse_api_key(text) == Secret(KEY)


@pytest.mark.parametrize("text", ["", "  ", '""', "''", "Bearer", "Bearer ", '"Bearer "', "\n"])
def test_nothing_is_no_key(text: str) -> None:
    assert parse_api_key(text) is None


def test_a_key_that_begins_like_the_word_bearer_is_left_alone() -> None:
    assert parse_api_key("bearerless-123") == Secret("bearerless-123")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{KEY} {KEY}", "a space inside"),
        (f"key: {KEY}", "a space inside"),
        (f"{KEY}\n{KEY}", "a space inside"),
        (f"{KEY}密钥", "characters that no key has"),
        (f"“{KEY}”", "characters that no key has"),
        (f"{KEY}\u200b", "characters that no key has"),
        (f"{KEY}\0", "characters that no key has"),
    ],
)
def test_what_cannot_be_a_key_is_refused_without_repeating_it(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refusal:
        parse_api_key(text)
    shown = "".join(traceback.format_exception(refusal.value))
    assert KEY not in str(refusal.value)
    assert str(refusal.value) in shown


@dataclass
class Holder:
    name: str
    key: Secret


def test_a_secret_is_never_shown_by_formatting() -> None:
    secret, connection = Secret(KEY), Connection(SYNSTAR_BASE_URL, Secret(KEY))
    shown = [
        *(repr(secret), str(secret), f"{secret}", f"{secret!r}", f"{secret!s}", f"{[secret]}"),
        *("{}".format(secret), "%s %r" % (secret, secret), format(secret)),  # noqa: UP031, UP032
        *(repr(connection), str(connection), repr(Holder("x", secret)), repr({"secret": connection})),
    ]
    assert not [text for text in shown if KEY in text]
    assert all("***" in text for text in shown)


def test_a_secret_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    connection = Connection(SYNSTAR_BASE_URL, Secret(KEY))
    logging.getLogger("anything").error("Asking %s with %r", connection, connection.api_key)
    try:
        raise RuntimeError(connection, connection.api_key)
    except RuntimeError:
        logging.getLogger("anything").exception("It failed")
    assert "Secret('***')" in caplog.text
    assert KEY not in caplog.text


def test_a_secret_is_never_in_a_traceback() -> None:
    connection = Connection(SYNSTAR_BASE_URL, Secret(KEY))
    try:
        raise LookupError(f"No answer from {connection}", connection)
    except LookupError as error:
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown = "".join(report.format())
    assert "connection = Connection(" in shown
    assert KEY not in shown


def test_a_secret_can_be_revealed_compared_and_asked_whether_it_is_empty() -> None:
    assert Secret(KEY).reveal() == KEY
    assert (Secret(KEY) == Secret(KEY), Secret(KEY) == Secret("other")) == (True, False)
    assert Secret(KEY)
    assert not Secret("")


def test_nothing_can_be_remembered_under_a_secret() -> None:
    one, other = (Connection("https://a", Secret(KEY)) for _ in range(2))
    for held in (one.api_key, one):
        with pytest.raises(TypeError, match="unhashable"):
            hash(held)
    assert one.id == Connection("https://a", one.api_key).id
    assert len({one.id, other.id, Connection("https://b", one.api_key).id, Connection("https://a").id}) == 4
    assert KEY not in one.id


@pytest.mark.parametrize(
    ("url", "key", "needed"),
    [
        (SYNSTAR_BASE_URL, None, True),
        ("https://kkiai.com/v1", None, True),
        (SYNSTAR_BASE_URL, Secret(KEY), False),
        ("http://127.0.0.1:11434/v1", None, False),
        ("https://example.com/v1", None, False),
    ],
)
def test_only_synstar_is_known_to_need_a_key(url: str, key: Secret | None, needed: bool) -> None:
    assert Connection(url, key).needs_key is needed


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("https://ai.test", "https://ai.test/v1"),
        ("https://ai.test/v1/v1", "https://ai.test/v1"),
        ("https://ai.test/v1/responses", "https://ai.test/v1"),
        ("https://ai.test/llm", "https://ai.test/llm/v1"),
        ("https://ai.test/llm/v1/v1/embeddings", "https://ai.test/llm/v1"),
        ("http://ai.test", "https://ai.test/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
    ],
)
def test_the_likeliest_address_of_the_api_is_proposed_first(wrong: str, right: str) -> None:
    assert likely_base_urls(wrong)[0] == right
    assert wrong not in likely_base_urls(wrong)


def test_a_secure_address_is_never_changed_to_a_plain_one() -> None:
    assert all(url.startswith("https://ai.test") for url in likely_base_urls("https://ai.test/console"))


@pytest.mark.parametrize(
    ("base_url", "likely"),
    [
        ("https://a.test", "https://a.test/v1"),
        ("https://a.test/api", "https://a.test/v1"),
        ("https://a.test/v1/v1", "https://a.test/v1"),
        ("https://a.test/openai/v1/chat", "https://a.test/openai/v1"),
        ("https://a.test/v1", None),
        ("https://a.test/openai/v1", None),
    ],
)
def test_a_base_url_that_is_wrong_has_a_likely_right_one(base_url: str, likely: str | None) -> None:
    assert likely_base_url(base_url) == likely


def test_the_query_of_a_base_url_goes_with_each_request() -> None:
    url = parse_base_url("https://a.test/v1/chat/completions?api-version=2024-06-01&x=")
    assert url == "https://a.test/v1?api-version=2024-06-01&x="
    assert endpoint(url, "/models") == "https://a.test/v1/models?api-version=2024-06-01&x="
    assert likely_base_url("https://a.test/x?a=1") == "https://a.test/v1?a=1"


@pytest.mark.parametrize("query", ["key=abc", "api_key=abc", "access_token=abc", "sig=abc", "secret=x&a=1"])
def test_a_key_in_the_query_is_refused_without_being_repeated(query: str) -> None:
    with pytest.raises(ValueError, match="must not contain a key") as caught:
        parse_base_url(f"https://a.test/v1?{query}")
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "is_secret"), [("ollama", False), ("test", False), (KEY, True), ("x" * 16, True)]
)
def test_a_word_is_no_secret(key: str, is_secret: bool) -> None:
    assert Secret(key).is_secret is is_secret
