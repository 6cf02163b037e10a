"""Limits: what counts, for all processes together, and when it stops counting."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lib.domain.conversation.conversations import Conversation
from lib.domain.people.audit import COMMAND_LINE, Action
from lib.domain.people.limits import Limit, LimitKind, LimitReached, Scope
from lib.domain.people.people import LOCAL, Person, Role
from lib.domain.reply.tape import Event
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.replies import Begun, Closing, Entry
from tests.store.conftest import OWNER, USAGE, closing, draft, events, question_and_answer

ONE, OTHER = "1" * 32, "2" * 32
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, AT_ONCE, DAY = LimitKind.MESSAGES_A_MINUTE, LimitKind.REPLIES_AT_ONCE, LimitKind.TOKENS_A_DAY
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _people(store: Store) -> None:
    for id_, role in ((ONE, Role.MEMBER), (OTHER, Role.PRESENTER)):
        store.people.add(Person(id_, "password", id_, f"{id_[0]}@example.com", "", role, NOW))


@pytest.fixture
def beside(path: Path, store: Store) -> Iterator[Store]:  # noqa: ARG001
    """The same file, as another process sees it."""
    opened = Store(path)
    yield opened
    opened.close()


def limit(store: Store, kind: LimitKind, value: int, scope: Scope = Scope.EVERYBODY, id_: str = "") -> None:
    store.limits.set(Limit(scope, id_, kind, value), COMMAND_LINE)


def begin(store: Store, conversation: Conversation, person_id: str = ONE) -> str:
    added = question_and_answer(conversation)
    assert store.replies.begin(conversation, added, Begun(added[-1].id, person_id, new_id(), "s", OWNER))
    conversation.add(added)
    return added[-1].id


def end(store: Store, conversation: Conversation, reply_id: str, person_id: str = ONE) -> None:
    tape: list[Event] = events("Hello")
    ended = closing(conversation, reply_id, tape)
    close = Closing(ended.reply, person_id, ended.row)
    store.replies.journal(OWNER, [Entry(reply_id, 0, tape)], [close])


def said(store: Store, person_id: str = ONE) -> None:
    conversation = draft()
    end(store, conversation, begin(store, conversation, person_id), person_id)


def used(store: Store, at: datetime, tokens: int, person_id: str = ONE, purpose: str = "reply") -> None:
    """Book what a reply took that began at this time."""
    conversation = draft()
    conversation.add(question_and_answer(conversation))
    row = closing(conversation, conversation.leaf_id or "", events("Hello")).row
    usage = replace(USAGE, total_tokens=tokens)
    row = replace(row, reply_id=new_id(), created_at=at, usage=usage, purpose=purpose)
    store.of(person_id).ledger.book(row)


def refusal(store: Store, now: datetime, sends: int = 1, person_id: str = ONE) -> str:
    """Why somebody may not send so many messages; empty if they may."""
    try:
        store.limits.check(person_id, now, sends)
    except LimitReached as reached:
        return str(reached)
    return ""


def test_nothing_is_limited_by_default(store: Store) -> None:
    used(store, NOW, 10**9)
    for _ in range(30):
        begin(store, draft())
    assert store.limits.all() == []
    assert store.limits.get(ONE) == {}
    assert refusal(store, NOW) == ""


def test_replies_at_once_are_counted_for_all_processes(store: Store, beside: Store) -> None:
    limit(store, AT_ONCE, 2)
    one, two, three = draft(), draft(), draft()
    first = begin(store, one)
    begin(beside, two)
    for here in (store, beside):
        with pytest.raises(LimitReached) as reached:
            begin(here, three)
        assert str(reached.value) == (
            "You may have 2 replies running at once. Wait for one to end or stop it."
        )
    begin(store, draft(), OTHER)
    end(store, one, first)
    begin(beside, three)


def test_where_a_limit_is_reached_nothing_is_stored(store: Store) -> None:
    limit(store, AT_ONCE, 1)
    begin(store, draft())
    refused = draft("Refused")
    with pytest.raises(LimitReached, match=r"1 reply running at once. Wait for its end or stop it"):
        begin(store, refused)
    assert store.of(ONE).conversations.get(refused.id) is None
    assert store.of(ONE).search.find("Hello")
    assert len(store.of(ONE).conversations.latest(10)) == len(store.replies.running()) == 1


def test_a_click_that_arrives_twice_is_not_one_too_many(store: Store, beside: Store) -> None:
    limit(store, AT_ONCE, 1)
    limit(store, MINUTE, 1)
    conversation, send_id = draft(), new_id()
    for here, is_first in ((store, True), (beside, False)):
        added = question_and_answer(conversation)
        begun = Begun(added[-1].id, ONE, send_id, "s", OWNER)
        assert (here.replies.begin(conversation, added, begun) is not None) == is_first


def test_a_reply_that_runs_already_is_stored_whatever_the_limits(store: Store) -> None:
    limit(store, AT_ONCE, 1)
    begin(store, draft())
    conversation = draft()
    added = question_and_answer(conversation)
    begun = Begun(added[-1].id, ONE, new_id(), "s", OWNER)
    assert store.replies.begin(conversation, added, begun, is_limited=False)


def test_messages_a_minute_count_whether_they_run_or_have_ended(store: Store, beside: Store) -> None:
    limit(store, MINUTE, 3)
    said(store)
    said(beside)
    begin(store, draft())
    with pytest.raises(LimitReached, match=r"3 messages a minute. Try again in (60|5[0-9]) seconds"):
        begin(beside, draft())
    said(store, OTHER)


def test_a_deleted_chat_gives_no_message_back(store: Store) -> None:
    limit(store, MINUTE, 1)
    conversation = draft()
    end(store, conversation, begin(store, conversation))
    store.of(ONE).conversations.purge(conversation.id)
    with pytest.raises(LimitReached):
        begin(store, draft())


def test_the_minute_slides(store: Store) -> None:
    limit(store, MINUTE, 2)
    used(store, NOW - timedelta(seconds=50), 1)
    used(store, NOW - timedelta(seconds=20), 1)
    used(store, NOW, 1, purpose="title")
    assert refusal(store, NOW) == "You may send 2 messages a minute. Try again in 10 seconds."
    assert refusal(store, NOW + timedelta(seconds=9)).endswith("Try again in 1 second.")
    assert refusal(store, NOW + timedelta(seconds=10)) == ""
    assert refusal(store, NOW + timedelta(seconds=10), sends=2).endswith("Try again in 30 seconds.")
    assert refusal(store, NOW + timedelta(seconds=40), sends=2) == ""
    assert refusal(store, NOW + timedelta(seconds=40), sends=3) == (
        "This sends 3 messages. You may send 2 messages a minute."
    )


def test_all_cells_of_a_comparison_count(store: Store) -> None:
    limit(store, AT_ONCE, 4)
    begin(store, draft())
    assert refusal(store, NOW, sends=3) == ""
    assert "4 replies running at once. Wait" in refusal(store, NOW, sends=4)
    assert refusal(store, NOW, sends=5) == (
        "This asks for 5 replies. You may have 4 replies running at once."
    )


def test_tokens_count_up_to_the_limit(store: Store) -> None:
    limit(store, DAY, 100_000)
    used(store, NOW, 99_999)
    used(store, NOW, 100_000, OTHER)
    assert refusal(store, NOW) == ""
    used(store, NOW, 1, purpose="title")
    assert refusal(store, NOW) == (
        "You have used your 100,000 tokens for today. The limit resets at 00:00 (UTC)."
    )
    assert refusal(store, datetime(2026, 7, 2, tzinfo=UTC) - timedelta(seconds=1))
    assert refusal(store, datetime(2026, 7, 2, tzinfo=UTC)) == ""


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        ("2026-07-01", "2026-06-30T22:00", "2026-07-01T22:00"),
        ("2026-01-15", "2026-01-14T23:00", "2026-01-15T23:00"),
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
    ],
)
def test_a_day_begins_at_midnight_in_summer_and_in_winter(
    path: Path, store: Store, day: str, begins: str, ends: str
) -> None:
    limit(store, DAY, 10)
    start, end_ = (datetime.fromisoformat(f"{each}Z") for each in (begins, ends))
    there = Store(path, BERLIN)
    used(store, start - timedelta(microseconds=1), 10)
    assert start.astimezone(BERLIN).date().isoformat() == day
    assert refusal(there, start) == ""
    used(store, start, 10)
    sentence = "You have used your 10 tokens for today. The limit resets at 00:00 (Europe/Berlin)."
    assert refusal(there, start) == refusal(there, end_ - timedelta(microseconds=1)) == sentence
    assert refusal(there, end_) == ""
    there.close()


def test_where_clocks_change_at_midnight_the_day_begins_an_hour_later(path: Path, store: Store) -> None:
    limit(store, DAY, 10)
    there = Store(path, ZoneInfo("Africa/Cairo"))
    used(store, datetime(2026, 4, 23, 12, tzinfo=UTC), 10)
    before = datetime(2026, 4, 23, 21, 59, tzinfo=UTC)
    assert refusal(there, before).endswith("The limit resets at 01:00 (Africa/Cairo).")
    assert refusal(there, before + timedelta(minutes=1)) == ""
    there.close()


def test_the_narrowest_limit_counts(store: Store) -> None:
    limit(store, DAY, 10)
    limit(store, AT_ONCE, 5)
    limit(store, DAY, 20, Scope.ROLE, Role.MEMBER)
    assert store.limits.get(ONE) == {DAY: 20, AT_ONCE: 5}
    assert store.limits.get(OTHER) == store.limits.get(LOCAL) == {DAY: 10, AT_ONCE: 5}
    limit(store, DAY, 30, Scope.PERSON, ONE)
    limit(store, AT_ONCE, 1, Scope.PERSON, ONE)
    limit(store, DAY, 40, Scope.PERSON, ONE)
    assert store.limits.get(ONE) == {DAY: 40, AT_ONCE: 1}
    store.people.set_role(OTHER, Role.MEMBER, COMMAND_LINE)
    assert store.limits.get(OTHER) == {DAY: 20, AT_ONCE: 5}
    store.limits.remove(Scope.PERSON, ONE, DAY, COMMAND_LINE)
    assert store.limits.get(ONE) == {DAY: 20, AT_ONCE: 1}


def test_each_change_is_in_the_audit_log(store: Store) -> None:
    limit(store, DAY, 10, Scope.ROLE, Role.MEMBER)
    store.limits.remove(Scope.ROLE, Role.MEMBER, DAY, COMMAND_LINE)
    store.limits.remove(Scope.ROLE, Role.MEMBER, DAY, COMMAND_LINE)
    rows = store.audit.latest(5, action=Action.LIMIT_CHANGED)
    assert [(row.about, row.detail["kind"], row.detail["value"]) for row in rows] == [
        ("role member", "tokens-a-day", "none"),
        ("role member", "tokens-a-day", "10"),
    ]


@pytest.mark.parametrize("value", [0, -1, 10**13])
def test_a_value_that_limits_nothing_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="a whole number from 1 to"):
        Limit(Scope.EVERYBODY, "", DAY, value)
