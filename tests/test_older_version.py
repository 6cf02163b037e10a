"""What an older version has written is read whole: its data folder, and files that it exported.

`older_version/` is from when values lived in `lib/chat`: that version asked the scripted gateway, and
was killed in the middle of an answer.
"""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from lib.domain.comparison import deck_runs, recordings
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.comparison.votes import TIE, Tally
from lib.domain.conversation.attachments import AttachmentKind
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Params
from lib.domain.models.capabilities import Capability
from lib.domain.models.models import Preference
from lib.domain.models.prices import Price
from lib.domain.people.audit import NOBODY, Actor
from lib.domain.people.people import LOCAL
from lib.domain.reply.citations import Citation
from lib.domain.reply.errors import Category
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State, ToolUse
from lib.domain.reply.usage import Source as From
from lib.domain.reply.usage import Usage
from lib.engine.recovery.recovery import interrupt
from lib.files import decks as deck_files
from lib.files.folder import Files
from lib.files.imports import archive
from lib.files.imports.incoming import Incoming, Source
from lib.store import Store

WRITTEN = Path(__file__).parent / "older_version"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TOKEN = "s" * 22


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with tarfile.open(WRITTEN / "data.tar.gz") as written:
        written.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = Store(folder / "chat.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def files(folder: Path) -> Files:
    return Files(folder / "files")


def chat(store: Store, title: str) -> Conversation:
    """The chat with this title."""
    found = {
        each.title: store.of(LOCAL).conversations.get(each.id)
        for each in store.of(LOCAL).conversations.latest(10)
    }[title]
    assert found
    return found


def replies(conversation: Conversation) -> list[Reply]:
    return [message.reply for message in conversation.messages.values() if message.reply]


def test_a_chat_has_all_its_branches_settings_and_replies(store: Store) -> None:
    tea = chat(store, "Tea at home")
    assert (tea.is_pinned, tea.system_prompt, tea.model) == (True, "Be brief.", "model-a")
    assert tea.params == Params(
        temperature=0.5, seed=7, stop=("END",), response_format={"type": "json_object"}
    )
    green, black = tea.versions(next(iter(tea.messages)))
    assert (green.content, black.content) == ("How hot is green tea?", "How hot is black tea?")
    answers = tea.versions(tea.path()[1].id)
    assert [answer.content for answer in answers] == ["95 °C.", "About 95 °C."]
    first, _, _, stopped, failed, calling, citing, last = replies(tea)
    assert (first.text, first.reasoning, first.finish_reason) == ("80 °C.", "Not black.", "stop")
    assert first.usage == Usage(9, 4, 13, source=From.REPORTED)
    assert (stopped.state, stopped.text) == (State.STOPPED, "It ")
    assert failed.error and failed.error.message.startswith("No such tea.")
    assert (failed.state, failed.error.category, failed.error.status) == (
        State.FAILED,
        Category.BAD_REQUEST,
        400,
    )
    assert calling.tool_calls == (ToolUse("call_1", "convert", '{"celsius": 95}'),)
    assert citing.citations == (Citation("https://tea.example/1", "On tea"),)
    assert (last.text, last.is_json) == ("A cup.", True)


def test_pictures_and_documents_are_there(store: Store, files: Files) -> None:
    asked = chat(store, "Tea at home").path()[-2]
    picture, document = asked.attachments
    assert (picture.name, document.name, document.text) == ("cup.png", "notes.md", "# Tea\nis hot")
    assert sha256(files.load(picture) or b"").hexdigest() == picture.id
    [drawn] = replies(chat(store, "A cup"))[0].images
    assert (drawn.text, drawn.kind) == ("A cup of tea", AttachmentKind.IMAGE)
    assert sha256(files.load(drawn) or b"").hexdigest() == drawn.id


def test_every_tape_folds_to_the_reply_that_was_kept(store: Store) -> None:
    kept = [*store.of(LOCAL).conversations.all(), *(cell for one in comparisons(store) for cell in one.cells)]
    whole = [
        m for one in kept for m in one.messages.values() if m.reply and m.reply.state is not State.RUNNING
    ]
    assert len(whole) == 15
    for message in whole:
        assert message.reply
        played = fold(store.replies.tape(message.id))
        assert played == replace(message.reply, usage=played.usage)
        assert message.content == message.reply.text


def comparisons(store: Store) -> list[Any]:
    run = store.of(LOCAL).deck_runs.latest(1)[0]
    own = store.of(LOCAL).comparisons.get(store.of(LOCAL).comparisons.latest(1)[0].id)
    return [own, *store.of(LOCAL).comparisons.of_run(run.id)]


def test_the_bin_the_ledger_and_the_search_know_what_they_knew(store: Store) -> None:
    assert [each.title for each in store.of(LOCAL).conversations.bin()] == ["Bye"]
    rows = store.of(LOCAL).ledger.of_session("session")
    assert len(rows) == 16
    assert {row.state for row in rows} == {State.COMPLETED, State.STOPPED, State.FAILED}
    assert {each.title for each in store.of(LOCAL).search.find("°C", 5)} == {"Tea at home"}
    server = "https://tea.example/v1"
    assert store.of(LOCAL).models.preferences(server) == {
        "model-a": Preference(is_favourite=True, is_default=True)
    }
    assert Capability.TOOLS in store.capabilities.of(server)["model-a"].shown


def test_a_comparison_has_its_answers_votes_and_link(store: Store) -> None:
    [summary] = store.of(LOCAL).comparisons.latest(5)
    compared = store.of(LOCAL).comparisons.get(summary.id)
    assert compared
    a, b = compared.cells
    assert [(cell.model, cell.path()[-1].content) for cell in (a, b)] == [
        ("model-a", "Tea."),
        ("model-b", "Coffee."),
    ]
    voted = store.of(LOCAL).votes.latest(compared.id)
    assert voted
    assert (voted.models, voted.is_open) == ({a.id: "model-a", b.id: "model-b"}, False)
    assert store.of(LOCAL).votes.tally(voted.id) == Tally({a.id: 2, TIE: 1}, {}, {b.id: 1})
    [share] = store.of(LOCAL).shares.of(compared.id, NOW)
    assert (share.title, share.views) == ("Tea or coffee?", 1)
    assert store.links.view(TOKEN, NOW, Actor(NOBODY)) == "<h1>Tea or coffee?</h1>"


def test_a_deck_and_its_run_are_there(store: Store, files: Files) -> None:
    deck = store.of(LOCAL).decks.get(store.of(LOCAL).decks.latest(5)[0].id)
    run = store.of(LOCAL).deck_runs.get(store.of(LOCAL).deck_runs.latest(5)[0].id)
    assert deck and run
    assert (deck.title, deck.system_prompt) == ("Tea demo", "Be kind.")
    assert [(each.text, each.notes) for each in deck.prompts] == [
        ("Describe it", "Show the cup"),
        ("And tea?", ""),
    ]
    assert files.load(deck.prompts[0].attachments[0])
    assert run.deck.prompts == deck.prompts
    assert [(each.model, each.params) for each in run.columns] == [
        ("model-a", Params(max_tokens=50)),
        ("model-b", Params(max_tokens=50)),
    ]
    fields = [
        each for row in store.of(LOCAL).comparisons.of_run(run.id) for each in deck_runs.grid_cells(run, row)
    ]
    assert [each.reply.text for each in fields] == ["Fine."] * 4
    assert store.deck_images.ids() == {deck.prompts[0].attachments[0].id}


def check(recording: Recording, texts: list[str]) -> None:
    """Whether a recording's tapes say what its conversations say."""
    said = list(recordings.answers(recording))
    assert [message.content for message in said] == texts
    for message in said:
        assert message.reply
        played = fold(recording.tapes[message.id])
        assert played == replace(message.reply, usage=played.usage)


def test_recordings_are_played(store: Store) -> None:
    by_kind = {
        each.kind: store.of(LOCAL).recordings.get(each.id) for each in store.of(LOCAL).recordings.latest(5)
    }
    compared, of_run = by_kind[RecordingKind.COMPARISON], by_kind[RecordingKind.DECK]
    assert compared and of_run
    check(compared, ["Tea.", "Coffee."])
    check(of_run, ["Fine."] * 4)
    assert compared.prices == {
        "model-a": Price(1.0, 2.0, 0.5, source="the gateway"),
        "model-b": Price(call=0.01),
    }
    [tally] = compared.tallies.values()
    assert (tally.votes, len(tally.winners)) == (3, 1)


def test_a_recording_in_a_file_is_read_with_its_picture() -> None:
    found = archive.with_checked_images(
        recordings.from_json(json.loads((WRITTEN / "recording.json").read_text()))
    )
    check(found, [""])
    [drawn] = fold(next(iter(found.tapes.values()))).images
    assert sha256(drawn.data or b"").hexdigest() == drawn.id


def test_exported_chats_are_those_of_the_database(store: Store, files: Files) -> None:
    incoming = Incoming(files)
    path = WRITTEN / "chats.json"
    taken = {each.title: each for each in incoming.read([Source(path.name, lambda: path.open("rb"))])}
    assert taken == {title: chat(store, title) for title in ("Tea at home", "A cup")}
    assert (incoming.outcome.met, incoming.outcome.left_out) == (2, 0)


def test_an_exported_deck_is_the_one_of_the_database(store: Store) -> None:
    path = WRITTEN / "deck.yaml"
    found = deck_files.read(path.name, path.read_bytes(), new_id=lambda: "new")
    deck = store.of(LOCAL).decks.get(store.of(LOCAL).decks.latest(5)[0].id)
    assert deck
    assert (found.title, found.system_prompt) == (deck.title, deck.system_prompt)
    assert found.prompts == tuple(replace(each, id="new") for each in deck.prompts)


def test_what_was_said_before_the_process_was_killed_is_kept(store: Store) -> None:
    [running] = store.replies.running()
    interrupt(store, running.owner, running.reply_id)
    reply = chat(store, "Tell me").messages[running.reply_id].reply
    assert reply
    assert (reply.state, reply.text) == (State.INTERRUPTED, "Once ")
