"""Conversations come back from the store as they went in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import Reply, State
from lib.engine.sending import new_id
from lib.store import Store
from lib.store.conversation import conversations as conversations_module
from lib.store.replies import Begun
from tests.store.conftest import OWNER, answer, begin, draft, question_and_answer


def known(store: Store, conversation: Conversation) -> Conversation:
    found = store.of(LOCAL).conversations.get(conversation.id)
    assert found is not None
    return found


def test_a_nul_is_its_picture_where_the_database_has_no_such_character(
    store: Store, database: Path | str
) -> None:
    conversation = draft("Tea\0")
    answer(store, conversation, "N\0L")
    found = known(store, conversation)
    nul = "\0" if isinstance(database, Path) else "␀"
    assert (found.title, found.path()[-1].content) == (f"Tea{nul}", f"N{nul}L")


def test_a_conversation_comes_back_as_it_was_stored(store: Store) -> None:
    conversation = draft("Tea")
    answer(store, conversation, "Hel", "lo")
    begin(store, conversation, "And 汉字 🙂\nagain?")
    found = known(store, conversation)
    assert (found.id, found.title, found.model) == (conversation.id, "Tea", "model-a")
    assert found.system_prompt == "Be kind."
    assert found.params == Params(temperature=0.5, stop=("END",))
    assert found.created_at == conversation.created_at
    assert found.leaf_id == conversation.leaf_id
    assert [message.id for message in found.path()] == [message.id for message in conversation.path()]
    assert [message.content for message in found.path()] == ["Hello", "Hello", "And 汉字 🙂\nagain?", ""]
    assert [message.role for message in found.path()] == ["user", "assistant"] * 2
    assert [m.created_at for m in found.path()] == [m.created_at for m in conversation.path()]


def test_an_unknown_conversation_is_none(store: Store) -> None:
    assert store.of(LOCAL).conversations.get("gone") is None
    assert store.of(LOCAL).conversations.updated_at("gone") is None


def test_writing_to_an_unknown_conversation_does_nothing(store: Store) -> None:
    store.of(LOCAL).conversations.rename("gone", "Title")
    store.of(LOCAL).conversations.show("gone", "leaf")
    store.of(LOCAL).conversations.delete("gone")
    store.of(LOCAL).conversations.purge("gone")
    assert store.of(LOCAL).conversations.latest(10) == []


def test_a_reply_that_ended_brings_its_fold_and_one_that_runs_only_its_model(store: Store) -> None:
    conversation = draft()
    ended, running = answer(store, conversation, "Done"), begin(store, conversation)
    messages = known(store, conversation).messages
    assert messages[ended].reply == replace(
        messages[ended].reply or Reply(), state=State.COMPLETED, text="Done", finish_reason="stop"
    )
    assert messages[running].reply == Reply(model_requested="model-a")
    assert all((message.reply is None) is (message.role == "user") for message in messages.values())


def test_messages_keep_the_order_in_which_they_were_stored_whatever_the_clock_says(store: Store) -> None:
    conversation = draft()
    for days in (3, 1, 2):
        added = [
            replace(m, created_at=m.created_at - timedelta(days=days))
            for m in question_and_answer(conversation)
        ]
        begun = Begun(added[-1].id, LOCAL, new_id(), "s", OWNER)
        store.replies.begin(conversation, added, begun, is_limited=False)
        conversation.add(added)
    assert list(known(store, conversation).messages) == list(conversation.messages)


def test_times_come_back_in_utc_whatever_zone_they_had(store: Store) -> None:
    conversation = draft()
    moment = datetime.fromisoformat("2025-06-01T08:00:00+08:00")
    conversation.created_at = moment
    begin(store, conversation)
    found = known(store, conversation)
    assert found.created_at == moment
    assert found.created_at.tzinfo is UTC


def test_what_the_next_message_is_sent_with_is_stored_with_each_send(store: Store) -> None:
    conversation = draft()
    answer(store, conversation, "Hi")
    conversation.model, conversation.system_prompt = "model-b", ""
    conversation.params = Params(max_tokens=7, response_format={"type": "json_object"}, stream=False)
    begin(store, conversation)
    found = known(store, conversation)
    assert (found.model, found.system_prompt, found.params) == ("model-b", "", conversation.params)


def test_every_change_moves_the_time_of_the_last_change(store: Store) -> None:
    conversation = draft()
    reply_id = answer(store, conversation, "Hi")
    times = [store.of(LOCAL).conversations.updated_at(conversation.id)]
    store.of(LOCAL).conversations.rename(conversation.id, "New title")
    times.append(store.of(LOCAL).conversations.updated_at(conversation.id))
    store.of(LOCAL).conversations.show(conversation.id, reply_id)
    times.append(store.of(LOCAL).conversations.updated_at(conversation.id))
    begin(store, conversation)
    times.append(store.of(LOCAL).conversations.updated_at(conversation.id))
    known_times = [moment for moment in times if moment]
    assert len(known_times) == len(set(known_times)) == 4
    assert known_times == sorted(known_times)
    assert known(store, conversation).title == "New title"


def test_a_send_tells_when_so_that_a_page_knows_its_copy_is_fresh(store: Store) -> None:
    conversation = draft()
    begin(store, conversation)
    assert store.of(LOCAL).conversations.updated_at(conversation.id) == conversation.updated_at


def test_which_version_is_shown_is_remembered(store: Store) -> None:
    conversation = draft()
    first = answer(store, conversation, "One")
    question = conversation.messages[first].parent_id
    other = Message(new_id(), question, "assistant", "", datetime.now(UTC), Reply())
    store.replies.begin(conversation, [other], Begun(other.id, LOCAL, new_id(), "s", OWNER))
    assert known(store, conversation).leaf_id == other.id
    assert [message.id for message in known(store, conversation).versions(first)] == [first, other.id]
    store.of(LOCAL).conversations.show(conversation.id, first)
    assert known(store, conversation).leaf_id == first


def test_the_list_shows_the_last_changed_first(store: Store) -> None:
    made = [draft(f"chat {number}") for number in range(4)]
    for conversation in made:
        answer(store, conversation, "Hi")
    begin(store, made[0])
    titles = [summary.title for summary in store.of(LOCAL).conversations.latest(3)]
    assert titles == ["chat 0", "chat 3", "chat 2"]


def test_another_name_is_another_version_in_the_same_place(store: Store) -> None:
    made, own = [draft(f"chat {number}") for number in range(3)], store.of(LOCAL).conversations
    for conversation in made:
        begin(store, conversation)
    chosen = made[0].id
    versions = [own.updated_at(chosen)]
    own.rename(chosen, "another")
    versions.append(own.updated_at(chosen))
    for is_pinned in (True, False):
        own.pin(chosen, is_pinned)
        versions.append(own.updated_at(chosen))
    assert len(set(versions)) == len(versions)
    assert [summary.title for summary in own.latest(9)] == ["chat 2", "chat 1", "another"]


@pytest.mark.parametrize("title", ["'; DROP TABLE messages; --", "", "长" * 500, "a\nb"])
def test_any_title_is_kept_as_it_is(store: Store, title: str) -> None:
    conversation = draft()
    begin(store, conversation)
    store.of(LOCAL).conversations.rename(conversation.id, title)
    assert known(store, conversation).title == title
    assert [summary.title for summary in store.of(LOCAL).conversations.latest(1)] == [title]


def test_a_deleted_conversation_is_off_the_list_and_a_purged_one_is_gone(store: Store) -> None:
    kept, deleted = draft("kept"), draft("deleted")
    for conversation in (kept, deleted):
        answer(store, conversation, "Hi")
    store.of(LOCAL).conversations.delete(deleted.id)
    assert [summary.id for summary in store.of(LOCAL).conversations.latest(10)] == [kept.id]
    store.of(LOCAL).conversations.purge(deleted.id)
    assert store.of(LOCAL).conversations.get(deleted.id) is None
    assert known(store, kept).path()


def test_pinned_conversations_stay_on_top(store: Store) -> None:
    made = [draft(f"chat {number}") for number in range(3)]
    for conversation in made:
        begin(store, conversation)
    store.of(LOCAL).conversations.pin(made[0].id, True)
    assert [summary.title for summary in store.of(LOCAL).conversations.latest(9)] == [
        "chat 0",
        "chat 2",
        "chat 1",
    ]
    store.of(LOCAL).conversations.pin(made[0].id, False)
    assert [summary.is_pinned for summary in store.of(LOCAL).conversations.latest(9)] == [False] * 3


def test_a_deleted_conversation_can_be_taken_back_whole(store: Store) -> None:
    conversation = draft("Tea")
    answer(store, conversation, "Hello")
    store.of(LOCAL).conversations.delete(conversation.id)
    assert [summary.title for summary in store.of(LOCAL).conversations.bin()] == ["Tea"]
    store.of(LOCAL).conversations.restore(conversation.id)
    assert store.of(LOCAL).conversations.bin() == []
    assert [summary.title for summary in store.of(LOCAL).conversations.latest(9)] == ["Tea"]
    assert [message.content for message in known(store, conversation).path()] == ["Hello", "Hello"]


def test_the_bin_is_emptied_of_what_has_been_there_for_long(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, deleted = draft(), draft()
    for conversation in (kept, deleted):
        answer(store, conversation, "Hello")
    store.of(LOCAL).conversations.delete(deleted.id)
    assert store.bin.purge_old() == 0
    monkeypatch.setattr(conversations_module, "KEPT_IN_BIN", timedelta(0))
    assert store.bin.purge_old() == 1
    assert store.of(LOCAL).conversations.get(deleted.id) is None
    assert known(store, kept).path()


def test_a_new_title_does_not_replace_a_persons_own(store: Store) -> None:
    conversation = draft("Hello")
    begin(store, conversation)
    store.of(LOCAL).conversations.retitle(conversation.id, old="Hello", new="A greeting")
    assert known(store, conversation).title == "A greeting"
    store.of(LOCAL).conversations.rename(conversation.id, "Mine")
    store.of(LOCAL).conversations.retitle(conversation.id, old="Hello", new="Theirs")
    assert known(store, conversation).title == "Mine"
