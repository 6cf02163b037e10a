"""`python -m lib export` and `import`: one test starts the process, the others call its `main`."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lib.app import DATABASE
from lib.domain.conversation.conversations import Conversation
from lib.domain.people.audit import COMMAND_LINE, Action
from lib.domain.people.people import LOCAL
from lib.store import Store
from tests.app_server import ROOT
from tests.command_line import CommandLine, process
from tests.store.conftest import answer, draft

FIXTURE = ROOT / "tests" / "domain" / "imports" / "fixtures" / "chatgpt_conversations.json"
CONVERSATION = {"id", "title", "created_at", "messages"}
MESSAGE = {"id", "parent_id", "role", "content", "created_at", "reply"}
REPLY = {
    "id",
    "model_requested",
    "model_served",
    "state",
    "text",
    "reasoning",
    "finish_reason",
    "usage",
    "error",
}


def exported(lib: CommandLine, data_dir: Path, *arguments: str) -> list[Any]:
    """The conversations that `export` prints as JSON."""
    done = lib.run(data_dir, "export", *arguments)
    assert (done.status, done.err) == (0, "")
    return conversations_of(done.out)


def conversations_of(printed: str) -> list[Any]:
    """The conversations of an export."""
    data = json.loads(printed)
    assert data["version"] == 1
    found: list[Any] = data["conversations"]
    return found


@pytest.fixture
def kept(tmp_path: Path) -> list[Conversation]:
    """Two conversations in the data folder, and one in its bin."""
    store = Store(tmp_path / DATABASE)
    conversations = [draft(title) for title in ("Tea", "Coffee", "Regrets")]
    for conversation in conversations:
        answer(store, conversation, f"All about {conversation.title} — 茶")
    store.of(LOCAL).conversations.delete(conversations[2].id)
    store.close()
    return conversations[:2]


def test_an_export_has_the_documented_shape_and_no_deleted_chat(
    kept: list[Conversation], tmp_path: Path
) -> None:
    done = process(tmp_path, "export")
    assert (done.returncode, done.stderr) == (0, "")
    found = conversations_of(done.stdout)
    assert [conversation["id"] for conversation in found] == [conversation.id for conversation in kept]
    for conversation in found:
        assert set(conversation) >= CONVERSATION
        question, answered = conversation["messages"]
        assert set(question) == set(answered) == MESSAGE
        assert (question["role"], question["parent_id"], question["reply"]) == ("user", None, None)
        assert (answered["role"], answered["parent_id"]) == ("assistant", question["id"])
        assert set(answered["reply"]) >= REPLY
        assert answered["reply"]["id"] == answered["id"]
        assert answered["reply"]["state"] == "completed"
        said = f"All about {conversation['title']} — 茶"
        assert answered["content"] == answered["reply"]["text"] == said


def test_one_conversation_is_exported_by_its_id(
    kept: list[Conversation], tmp_path: Path, lib: CommandLine
) -> None:
    [found] = exported(lib, tmp_path, "--conversation", kept[1].id)
    assert (found["id"], found["title"]) == (kept[1].id, "Coffee")


def test_markdown_holds_what_was_said_for_reading(
    kept: list[Conversation], tmp_path: Path, lib: CommandLine
) -> None:
    whole = lib.run(tmp_path, "export", "--format", "markdown")
    assert (whole.status, whole.err) == (0, "")
    assert whole.out.startswith("# Tea\n")
    assert "\n# Coffee\n" in whole.out
    assert "Regrets" not in whole.out
    one = lib.run(tmp_path, "export", "--format", "markdown", "--conversation", kept[1].id)
    assert one.out.startswith("# Coffee\n")
    assert "All about Coffee — 茶" in one.out
    assert "Tea" not in one.out


def test_an_unknown_or_deleted_conversation_is_told_with_status_1(
    kept: list[Conversation], tmp_path: Path, lib: CommandLine
) -> None:
    store = Store(tmp_path / DATABASE)
    store.of(LOCAL).conversations.delete(kept[0].id)
    store.close()
    for id_ in ("no-such-id", kept[0].id):
        done = lib.run(tmp_path, "export", "--conversation", id_)
        assert (done.status, done.out) == (1, "")
        assert done.err == f"lib: There is no conversation {id_!r}.\n"


def test_an_export_is_taken_back_whole_and_the_second_time_nothing_is_added(
    kept: list[Conversation], tmp_path: Path, lib: CommandLine
) -> None:
    file, elsewhere = tmp_path / "chats.json", tmp_path / "elsewhere"
    file.write_text(lib.run(tmp_path, "export").out, "utf-8")
    first = lib.run(elsewhere, "import", str(file))
    assert (first.status, first.err) == (0, "")
    assert first.out == f"{len(kept)} chats were added, 0 were there already.\n"
    assert exported(lib, elsewhere) == exported(lib, tmp_path)
    again = lib.run(elsewhere, "import", str(file))
    assert again.out == "0 chats were added, 2 were there already.\n"
    assert len(exported(lib, elsewhere)) == 2


def test_a_chat_in_the_bin_is_not_doubled_by_an_import(
    kept: list[Conversation], tmp_path: Path, lib: CommandLine
) -> None:
    file = tmp_path / "chats.json"
    file.write_text(lib.run(tmp_path, "export").out, "utf-8")
    store = Store(tmp_path / DATABASE)
    store.of(LOCAL).conversations.delete(kept[0].id)
    store.close()
    assert lib.run(tmp_path, "import", str(file)).out.startswith("0 chats were added, 2")
    assert [conversation["title"] for conversation in exported(lib, tmp_path)] == ["Coffee"]


def test_chatgpts_conversations_are_taken_and_can_be_searched(tmp_path: Path, lib: CommandLine) -> None:
    done = lib.run(tmp_path, "import", str(FIXTURE))
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        "2 chats were added, 0 were there already.",
        "1 of 3 chats was left out: 1 contains no messages (“New chat”).",
    ]
    tea = exported(lib, tmp_path)[0]
    assert tea["title"] == "Green tea temperature"
    assert "Boiling." in [message["content"] for message in tea["messages"]]
    store = Store(tmp_path / DATABASE)
    assert [hit.title for hit in store.of(LOCAL).search.find("boiling")] == ["Green tea temperature"]
    store.close()
    assert lib.run(tmp_path, "import", str(FIXTURE)).out.startswith("0 chats were added")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not JSON", "is not a JSON file."),
        (b"\xff\xfe\x00", "is not a JSON file."),
        (b"[" * 100_000, "is a damaged JSON file: not one chat in it can be read."),
        (b'{"version": 2, "conversations": [{}]}', "was written by a newer version of SynStar Chat;"),
        (b'{"version": 1, "conversations": {}}', "contains no chats of a known kind."),
        (b"7", "Exports of SynStar Chat, ChatGPT, Claude and Open WebUI can be imported."),
    ],
    ids=["text", "bytes", "deep", "newer", "damaged", "number"],
)
def test_a_wrong_file_is_told_in_a_sentence_and_adds_nothing(
    tmp_path: Path, lib: CommandLine, content: bytes, said: str
) -> None:
    file = tmp_path / "wrong.json"
    file.write_bytes(content)
    done = lib.run(tmp_path, "import", str(file))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("lib: ")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert exported(lib, tmp_path) == []


def test_several_files_zips_and_folders_go_in_at_once(tmp_path: Path, lib: CommandLine) -> None:
    first, second, empty = json.loads(FIXTURE.read_text("utf-8"))
    folder, wrong = tmp_path / "unpacked", tmp_path / "chat.html"
    folder.mkdir()
    (folder / "conversations-000.json").write_text(json.dumps([first]))
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as file:
        file.writestr("conversations-000.json", json.dumps([first, second]))
        file.writestr("conversations-001.json", json.dumps([second, empty]))
    wrong.write_text("<html>")
    done = lib.run(tmp_path, "import", str(folder), str(tmp_path / "export.zip"), str(wrong))
    assert done.out.splitlines() == [
        "2 chats were added, 2 were there already.",
        "1 of 5 chats was left out: 1 contains no messages (“New chat”).",
    ]
    assert done.err == "lib: “chat.html” is a web page; choose the zip, or the conversations.json in it.\n"
    assert done.status == 1
    assert len(exported(lib, tmp_path)) == 2


def test_pins_come_along(kept: list[Conversation], tmp_path: Path, lib: CommandLine) -> None:
    store = Store(tmp_path / DATABASE)
    store.of(LOCAL).conversations.pin(kept[1].id, True)
    store.close()
    file, elsewhere = tmp_path / "chats.json", tmp_path / "elsewhere"
    file.write_text(lib.run(tmp_path, "export").out, "utf-8")
    lib.run(elsewhere, "import", str(file))
    assert [chat["is_pinned"] for chat in exported(lib, elsewhere)] == [False, True]


def test_a_missing_file_and_a_database_that_cannot_be_used_are_told_in_a_sentence(
    tmp_path: Path, lib: CommandLine
) -> None:
    missing = lib.run(tmp_path, "import", str(tmp_path / "nothing.json"))
    assert missing.status == 1
    assert "nothing.json" in missing.err
    (tmp_path / DATABASE).write_bytes(b"This is a note, and no database. " * 50)
    broken = lib.run(tmp_path, "export")
    assert (broken.status, broken.out) == (1, "")
    assert broken.err.startswith("lib: The database cannot be used: ")
    for done in (missing, broken):
        assert done.err.count("\n") == 1


@pytest.mark.usefixtures("kept")
def test_who_took_data_out_and_in_is_written_down(tmp_path: Path, lib: CommandLine) -> None:
    file = tmp_path / "chats.json"
    file.write_text(lib.run(tmp_path, "export").out, "utf-8")
    assert lib.run(tmp_path / "other", "import", str(file)).status == 0
    for folder, action in ((tmp_path, Action.EXPORTED), (tmp_path / "other", Action.IMPORTED)):
        store = Store(folder / DATABASE)
        [row] = store.audit.latest(10, action=action)
        store.close()
        assert row.actor == COMMAND_LINE
