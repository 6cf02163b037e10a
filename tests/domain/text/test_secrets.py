"""What a key looks like, and what each place takes out of a text because of it."""

import time

import pytest

from lib.domain.text.secrets import KnownKey, find, in_address, in_server_words, without_word

KEY = "sk-Vq7Rt2Lx9Zw4Bn8Kd3Mf6Hs1Jg5Pc0"
MARKED = [
    *(
        "sk-abcdef1234567890",
        "ghp_0123456789abcdefghij",
        "xoxb-1234567890",
        "gsk_abcdefgh1234",
        "hf_abcdefghij",
    ),
    *("AIzaSyA0123456789", "AKIA0123456789", "eyJhbGciOiJIUzI.eyJzdWIiOi.SflKxwRJ_x"),
    "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
]


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find(text)]


@pytest.mark.parametrize("key", MARKED)
def test_what_says_that_it_is_a_key_is_known_everywhere(key: str) -> None:
    assert key in found(f"use {key}!")
    said = in_server_words(f"No access for {key}.")
    assert key not in said
    assert "***" in said


def test_a_password_in_an_address_is_a_secret_everywhere() -> None:
    address = "https://bob:hunter2@db.test/v1"
    assert found(address) == ["hunter2"]
    assert in_server_words(address) == "https://bob:***@db.test/v1"
    assert in_address(address) == "https://***@db.test/v1"


@pytest.mark.parametrize("word", ["sk-a***z", "rk_1", "token: SECRET0123456789", "key=abcdefghijk12"])
def test_half_a_key_counts_in_what_a_server_says_and_nowhere_else(word: str) -> None:
    assert word not in in_server_words(word)
    assert found(word[:14]) == []


@pytest.mark.parametrize("text", ["pk_constraint_name", "a task-force", "215034 tokens > 200000", "8.8.8.8"])
def test_what_only_resembles_a_key_is_left_in_what_leaves(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"a {KEY} b", "a *** b"),
        (f"{KEY}{KEY}", "***"),
        (f"{KEY[:15]}-{KEY[15:]}", "***-***"),
        (f"{KEY[:11]}, too short a part", f"{KEY[:11]}, too short a part"),
    ],
)
def test_a_known_key_goes_whole_and_in_longer_parts(text: str, shown: str) -> None:
    assert KnownKey(KEY).masked(text) == shown


def test_what_stands_before_is_context_only() -> None:
    assert KnownKey(KEY).masked(f"a {KEY} b", 8) == "*** b"
    assert KnownKey(KEY).masked(f"{KEY} b", len(KEY)) == " b"


def test_a_short_key_goes_whole() -> None:
    assert KnownKey("sk-1").masked("my key is sk-1, sk-2") == "my key is ***, sk-2"


def test_a_key_that_is_a_word_goes_where_it_stands_alone() -> None:
    assert without_word("key ollama; ollama-a, a/ollama, ollama.com", "ollama") == (
        "key ***; ollama-a, a/ollama, ollama.com"
    )


@pytest.mark.parametrize(
    "piece", ["sk-", "://a:", "eyJa.", "Bearer ", "key: 1", "-----BEGIN PRIVATE KEY-----"]
)
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    started = time.thread_time()
    in_server_words(piece * (200_000 // len(piece)))
    assert time.thread_time() - started < 2.0
