"""Recordings come back from the store as they were; a deleted one leaves no word."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from lib.domain.comparison import recordings
from lib.domain.comparison.recordings import RecordingKind
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.people.audit import Action
from lib.domain.people.people import LOCAL
from lib.engine.playback import builtin, recorder
from lib.store import Store
from tests.store.comparison.test_comparisons import stored
from tests.store.conftest import answer, begin, draft, events

MODELS = ("model-a", "model-b")
PICTURE = Attachment("ab" * 32, AttachmentKind.IMAGE, "cat.png", "image/png", 3, 1, 1)


def kept(store: Store, *models: str, title: str = "Tea") -> recordings.Recording:
    """A stored comparison, recorded and kept."""
    found = store.of(LOCAL).comparisons.get(stored(store, *models, title=title).id)
    assert found
    recording = recorder.record(
        store.of(LOCAL), [found], title=title, kind=RecordingKind.COMPARISON, prices={}
    )
    assert store.of(LOCAL).recordings.add(recording)
    return recording


def test_a_recording_comes_back_whole(store: Store) -> None:
    recording = kept(store, "model-a", "model-b")
    found = store.of(LOCAL).recordings.get(recording.id)
    assert found == recording
    assert [found.tapes[cell.path()[-1].id] for cell in found.cells] == [
        events("Said by ", m, model=m) for m in MODELS
    ]


def test_its_images_are_in_it(store: Store) -> None:
    recording = kept(store, "model-a")
    cell = recording.cells[0]
    question = cell.path()[0]
    cell.messages[question.id] = replace(question, attachments=(PICTURE,))
    assert store.of(LOCAL).recordings.add(replace(recording, id="with-image"), lambda _image: b"png")
    found = store.of(LOCAL).recordings.get("with-image")
    assert found
    assert found.cells[0].path()[0].attachments[0].data == b"png"


def test_what_is_here_is_not_added_again(store: Store) -> None:
    recording = kept(store, "model-a")
    assert not store.of(LOCAL).recordings.add(replace(recording, title="Another"))
    assert [one.title for one in store.of(LOCAL).recordings.latest(10)] == ["Tea"]


def test_one_from_a_file_is_written_down_once(store: Store) -> None:
    recording = replace(kept(store, "model-a"), id="from-a-file")
    for _ in range(2):
        store.of(LOCAL).recordings.add(recording, is_imported=True)
    assert [row.about for row in store.audit.latest(9, action=Action.IMPORTED)] == ["recording from-a-file"]


def test_the_list_has_the_last_added_first_with_its_models(store: Store) -> None:
    first, second = kept(store, *MODELS), kept(store, "model-c", title="Coffee")
    reply = recorder.as_comparison(second.cells[0], second.cells[0].leaf_id or "")
    third = recorder.record(store.of(LOCAL), [reply], title="One", kind=RecordingKind.REPLY, prices={})
    store.of(LOCAL).recordings.add(third)
    listed = store.of(LOCAL).recordings.latest(10)
    assert [(one.id, one.kind, one.models) for one in listed] == [
        (third.id, RecordingKind.REPLY, ["model-c"]),
        (second.id, RecordingKind.COMPARISON, ["model-c"]),
        (first.id, RecordingKind.COMPARISON, list(MODELS)),
    ]
    assert [one.id for one in store.of(LOCAL).recordings.latest(1, RecordingKind.COMPARISON)] == [second.id]
    assert listed[0].recorded_at == third.recorded_at


def test_a_new_title_is_the_recordings_own(store: Store) -> None:
    recording = kept(store, "model-a")
    store.of(LOCAL).recordings.rename(recording.id, "Renamed")
    found = store.of(LOCAL).recordings.get(recording.id)
    assert found
    assert (found.title, store.of(LOCAL).recordings.title(recording.id)) == ("Renamed", "Renamed")


def test_a_deleted_recording_leaves_no_word_and_can_be_taken_in_again(store: Store, path: Path) -> None:
    recording = kept(store, "saxifrage-model", title="Saxifrage")
    store.of(LOCAL).comparisons.delete(recording.comparisons[0].id)
    store.of(LOCAL).recordings.delete(recording.id)
    with closing(sqlite3.connect(path)) as connection:
        (row,) = connection.execute("SELECT * FROM recordings").fetchall()
    assert "saxifrage" not in str(row).lower()
    assert b"" in row
    assert store.of(LOCAL).recordings.get(recording.id) is None
    assert store.of(LOCAL).recordings.title(recording.id) is None
    assert store.of(LOCAL).recordings.latest(10) == []
    assert store.of(LOCAL).recordings.unknown([recording.id, "never"]) == {"never"}
    assert store.of(LOCAL).recordings.add(recording)
    assert store.of(LOCAL).recordings.get(recording.id) == recording


def test_an_unknown_recording_is_none(store: Store) -> None:
    assert store.of(LOCAL).recordings.get("gone") is None


def test_the_same_recorded_twice_is_one_recording_and_more_of_it_another(store: Store) -> None:
    recording = kept(store, "model-a")
    again = recorder.record(
        store.of(LOCAL),
        recording.comparisons,
        title="Another title",
        kind=RecordingKind.COMPARISON,
        prices={},
    )
    assert again.id == recording.id
    answer(store, recording.cells[0], "More")
    found = store.of(LOCAL).comparisons.get(recording.comparisons[0].id)
    assert found
    more = recorder.record(store.of(LOCAL), [found], title="Tea", kind=RecordingKind.COMPARISON, prices={})
    assert more.id != recording.id


def test_a_recording_does_not_tell_where_its_requests_went(store: Store) -> None:
    recording = kept(store, "model-a")
    assert all(getattr(event, "base_url", "") == "" for tape in recording.tapes.values() for event in tape)


def test_a_running_reply_is_not_recorded(store: Store) -> None:
    cell = draft()
    begin(store, cell)
    sentence = recorder.why_not([recorder.as_comparison(cell, cell.leaf_id or "")])
    assert sentence
    assert "still running" in sentence


def test_a_reply_is_recorded_with_what_was_said_before_it_and_nothing_else(store: Store) -> None:
    chat = draft()
    first = answer(store, chat, "One")
    reloaded = store.of(LOCAL).conversations.get(chat.id)
    assert reloaded
    answer(store, reloaded, "Two")
    found = store.of(LOCAL).conversations.get(chat.id)
    assert found
    comparison = recorder.as_comparison(found, first)
    recording = recorder.record(
        store.of(LOCAL), [comparison], title="One", kind=RecordingKind.REPLY, prices={}
    )
    assert [message.content for message in recording.cells[0].messages.values()] == ["Hello", "One"]
    assert list(recording.tapes) == [first]
    assert recordings.from_json(json.loads(json.dumps(recordings.to_json(recording)))) == recording


def test_the_recordings_of_the_first_start_are_there_once_and_stay_deleted(store: Store) -> None:
    builtin.add_missing(store.of(LOCAL))
    listed = store.of(LOCAL).recordings.latest(10)
    assert RecordingKind.COMPARISON in {one.kind for one in listed}
    assert len(listed) == 2
    for summary in listed:
        found = store.of(LOCAL).recordings.get(summary.id)
        assert found
        assert all(message.content.strip() for message in recordings.answers(found))
    store.of(LOCAL).recordings.delete(listed[0].id)
    builtin.add_missing(store.of(LOCAL))
    assert [one.id for one in store.of(LOCAL).recordings.latest(10)] == [listed[1].id]


def test_the_recordings_of_the_first_start_are_small() -> None:
    assert sum(path.stat().st_size for path in builtin.FOLDER.glob("*.json")) < 200_000
