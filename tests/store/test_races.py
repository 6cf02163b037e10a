"""Two processes that do the same at the same time: the database decides, and nobody gets an error.

Two stores stand for the processes: each has connections of its own.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.decks import Deck, Prompt
from lib.domain.conversation.conversations import Conversation
from lib.domain.people.audit import SYSTEM, Actor
from lib.domain.people.limits import Limit, LimitKind, LimitReached, Scope
from lib.domain.people.people import LOCAL, Person, Role
from lib.domain.reply.reply import Reply
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.database import schema
from lib.store.database.errors import StillRunningError
from lib.store.people.permissions import NotPermittedError
from lib.store.replies import Begun, Entry
from tests.patience import PATIENCE
from tests.store.conftest import OWNER, answer, begin, draft, events, question_and_answer
from tests.store.conftest import closing as end_of

TIMES = 8
"""How often each race is run: the first try seldom loses it."""
NOW = datetime.now(UTC)


Stores = tuple[Store, Store]


@pytest.fixture
def stores(database: Path | str, store: Store) -> Iterator[Stores]:
    with closing(Store(database)) as other:
        yield store, other


def race(stores: Stores, *steps: Callable[[Store], object]) -> list[Any]:
    """Let each store take its step at the same time, or both the only one; what each returned or raised."""
    start, ended = threading.Barrier(2), dict[int, object]()

    def run(at: int) -> None:
        start.wait(PATIENCE)
        try:
            ended[at] = steps[at % len(steps)](stores[at])
        except Exception as error:
            ended[at] = error

    threads = [threading.Thread(target=run, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return [ended[0], ended[1]]


def known(store: Store, conversation_id: str) -> Conversation:
    found = store.of(LOCAL).conversations.get(conversation_id)
    assert found
    return found


def somebody(role: Role = Role.ADMIN) -> Person:
    name = new_id()
    return Person(new_id(), "password", name, f"{name}@example.org", name, role, NOW)


def test_somebody_who_comes_twice_is_one_person(stores: Stores) -> None:
    def once() -> None:
        person = somebody()
        first, second = race(stores, lambda store: store.people.add(replace(person, id=new_id())))
        assert first.id == second.id

    for _ in range(TIMES):
        once()
    assert len(stores[0].people.all()) == TIMES
    assert stores[0].audit.fault() is None


def test_of_two_admins_who_take_one_anothers_role_one_stays(stores: Stores) -> None:
    def once() -> None:
        one, two = (stores[0].people.add(somebody()) for _ in range(2))
        ended = race(
            stores,
            lambda store: store.people.set_role(one.id, Role.MEMBER, Actor(two.id)),
            lambda store: store.people.set_role(two.id, Role.MEMBER, Actor(one.id)),
        )
        assert [type(each) for each in ended if each] == [NotPermittedError]
        [left] = [each for each in stores[0].people.all() if each.role is Role.ADMIN]
        stores[0].people.set_role(left.id, Role.MEMBER, SYSTEM, is_forced=True)

    for _ in range(TIMES):
        once()


def test_a_limit_of_one_lets_one_through(stores: Stores) -> None:
    def once() -> None:
        person_id = stores[0].people.add(somebody()).id
        ended = race(stores, lambda store: begin(store, draft(), person_id=person_id))
        assert sorted(type(each).__name__ for each in ended) == [LimitReached.__name__, "str"]

    stores[0].limits.set(Limit(Scope.EVERYBODY, "", LimitKind.REPLIES_AT_ONCE, 1), SYSTEM)
    for _ in range(TIMES):
        once()


def test_of_two_guesses_only_one_is_free(stores: Stores) -> None:
    def once() -> None:
        key = new_id()
        ended = race(stores, lambda store: store.attempts.take({key: 1}, NOW))
        assert sorted(bool(each) for each in ended) == [False, True]

    for _ in range(TIMES):
        once()


def test_one_question_that_is_sent_twice_is_stored_once(stores: Stores) -> None:
    def once() -> None:
        send_id = new_id()
        ended = race(stores, lambda store: begin(store, draft(), send_id=send_id))
        assert [isinstance(each, str) for each in ended].count(True) == 1

    for _ in range(TIMES):
        once()
    assert len(stores[0].replies.running()) == TIMES


def test_of_two_questions_in_one_chat_one_is_answered_and_one_refused(stores: Stores) -> None:
    conversation = draft()
    answer(stores[0], conversation, "Hello")
    for _ in range(TIMES):
        ended = race(stores, lambda store: begin(store, known(store, conversation.id)))
        assert sorted(type(each).__name__ for each in ended) == [StillRunningError.__name__, "str"]
        [reply_id] = [each for each in ended if isinstance(each, str)]
        shown = known(stores[0], conversation.id)
        tape = events("Hello")
        stores[0].replies.journal(OWNER, [Entry(reply_id, 0, tape)], [end_of(shown, reply_id, tape)])
    messages = known(stores[0], conversation.id).messages
    with stores[0]._database.read() as connection:
        positions = sorted(connection.execute(select(schema.messages.c.seq)).scalars())
    assert positions == list(range(1, len(messages) + 1)) == list(range(1, 2 + 2 * TIMES + 1))


def test_another_version_of_an_answer_is_asked_for_beside_a_running_reply(stores: Stores) -> None:
    conversation = draft()
    first = answer(stores[0], conversation, "Hello")
    begin(stores[0], conversation)
    again = replace(conversation.messages[first], id=new_id(), reply=Reply(), content="")
    begun = Begun(again.id, LOCAL, new_id(), "s", OWNER)
    assert stores[1].replies.begin(conversation, [again], begun)
    assert len(stores[0].replies.running()) == 2


def test_a_question_waits_for_another_version_of_an_answer(stores: Stores) -> None:
    conversation = draft()
    first = answer(stores[0], conversation, "Hello")
    again = replace(conversation.messages[first], id=new_id(), reply=Reply(), content="")
    begun = Begun(again.id, LOCAL, new_id(), "s", OWNER)
    assert stores[0].replies.begin(conversation, [again], begun)
    with pytest.raises(StillRunningError):
        begin(stores[1], known(stores[1], conversation.id))


def test_a_reply_that_was_under_way_before_it_could_be_stored_is_never_kept_out(stores: Stores) -> None:
    conversation = draft()
    begin(stores[0], conversation)
    added = question_and_answer(conversation, "Meanwhile")
    begun = Begun(added[-1].id, LOCAL, new_id(), "s", OWNER)
    assert stores[1].replies.begin(conversation, added, begun, is_limited=False)
    assert len(stores[0].replies.running()) == 2


def test_a_comparison_has_one_open_round_and_one_room(stores: Stores) -> None:
    comparison = Comparison(new_id(), "Which?", NOW)
    stores[0].of(LOCAL).comparisons.add(comparison)

    def open_round(store: Store) -> int:
        votes = store.of(LOCAL).votes
        return votes.open(new_id(), comparison.id, {"x": "model-a"}, NOW, is_blind=True).number

    numbers = [number for _ in range(TIMES) for number in race(stores, open_round)]
    assert sorted(numbers) == list(range(1, 2 * TIMES + 1))
    first, second = race(stores, lambda store: store.of(LOCAL).rooms.open(comparison.id, NOW))
    assert first == second


def test_two_who_edit_one_deck_keep_what_the_other_added(stores: Stores) -> None:
    deck = Deck(new_id(), "Tour", NOW, NOW)
    stores[0].of(LOCAL).decks.add(deck)

    def add(deck: Deck) -> Deck:
        return replace(deck, prompts=(*deck.prompts, Prompt(new_id())))

    for _ in range(TIMES):
        race(stores, lambda store: store.of(LOCAL).decks.change(deck.id, add))
    found = stores[0].of(LOCAL).decks.get(deck.id)
    assert found
    assert len(found.prompts) == 2 * TIMES


def test_the_log_of_two_processes_is_one_chain(stores: Stores) -> None:
    for _ in range(TIMES):
        race(stores, lambda store: store.people.add(somebody()))
    assert stores[0].audit.end()[0] == 2 * TIMES
    assert stores[0].audit.fault() is None
