"""Files that people choose, of every kind, and what becomes of the conversations and pictures in them."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lib.domain.conversation.attachments import AttachmentKind, data_uri
from lib.domain.conversation.conversations import Conversation
from lib.files import upload_validation
from lib.files.folder import Files
from lib.files.imports import incoming
from lib.files.imports.incoming import Folder, Incoming, Source
from tests.domain.conversation.test_exports import exported, two_versions
from tests.domain.imports.importing import chatgpt, node, parts, reply_of
from tests.files.imports.test_zips import packed
from tests.files.samples import image, pdf

TAKEN = "Exports of SynStar Chat, ChatGPT, Claude and Open WebUI can be imported"


def chat(title: str, nodes: dict[str, Any] | None = None, *, number: int = 1) -> dict[str, Any]:
    """A conversation of ChatGPT's."""
    own = f"0c1f6c2e-1111-4222-8333-{number:012}"
    return {"title": title, "conversation_id": own, "mapping": nodes or {"q": node("user", f"About {title}")}}


def source(name: str, data: Any) -> Source:
    return Source(name, lambda: BytesIO(data if isinstance(data, bytes) else json.dumps(data).encode()))


class Read:
    """What came of reading these files."""

    def __init__(self, folder: Path, *sources: Source | Folder) -> None:
        self.files = Files(folder / "kept")
        reading = Incoming(self.files)
        self.chats: list[Conversation] = list(reading.read(sources))
        self.titles = [chat.title for chat in self.chats]
        self.faults = reading.outcome.faults
        self.said = list(reading.outcome.said(len(self.chats)))


@pytest.fixture
def other_formats() -> dict[str, Any]:
    """One conversation of each other format."""
    claude = {
        "uuid": "c",
        "name": "Claude's",
        "chat_messages": [{"uuid": "q", "sender": "human", "text": "Hi"}],
    }
    history = {"messages": {"q": {"id": "q", "role": "user", "content": "Hi"}}}
    return {
        "claude": claude,
        "open webui": {"id": "o", "title": "Open WebUI's", "chat": {"history": history}},
    }


def test_each_conversation_is_taken_by_its_own_shape(tmp_path: Path, other_formats: dict[str, Any]) -> None:
    mixed = [chat("ChatGPT's"), *other_formats.values(), exported(two_versions())["conversations"][0]]
    read = Read(tmp_path, source("mixed.json", mixed))
    assert read.titles == ["ChatGPT's", "Claude's", "Open WebUI's", "Green  tea\n"]
    assert read.said == ["4 chats were added, 0 were there already."]


def test_one_bad_conversation_never_stops_the_others(tmp_path: Path) -> None:
    ours = exported(two_versions())
    ours["conversations"] = [
        {"id": "x"},
        "tea",
        *ours["conversations"],
        {**ours["conversations"][0], "id": "?"},
    ]
    loop = {"a": node("user", "x", parent="b"), "b": node("user", "y", parent="a")}
    theirs = [
        chat("One"),
        {"mapping": 3},
        7,
        chat("Loop", loop),
        {"title": "Shell", "create_time": 1},
        chat("Two"),
    ]
    read = Read(tmp_path, source("ours.json", ours), source("theirs.json", theirs))
    assert read.titles == ["Green  tea\n", "One", "Two"]
    assert read.faults == []
    assert read.said == [
        "3 chats were added, 0 were there already.",
        "7 of 10 chats were left out: 3 are no chats (number 1, number 2, number 3), "
        "3 are damaged (“Green tea”, number 2, “Loop”), 1 contains no messages (“Shell”).",
    ]


def test_a_chat_of_another_program_does_not_take_those_behind_it_along(
    tmp_path: Path, other_formats: dict[str, Any]
) -> None:
    grok: dict[str, Any] = {"conversation": {}, "responses": []}
    wrapped = {"exported": "today", "conversations": [other_formats["claude"], grok, chat("Behind")]}
    read = Read(tmp_path, source("wrapped.json", wrapped))
    assert (read.titles, read.faults) == (["Claude's", "Behind"], [])
    assert read.said[1] == "1 of 3 chats was left out: 1 is no chat (number 2)."


def test_a_zip_as_chatgpt_sends_it(tmp_path: Path) -> None:
    files = {
        "conversations-000.json": [chat("One"), chat("Two", number=2)],
        "conversations-001.json": [chat("Three", number=3)],
        "user.json": {"id": "user-x"},
        "shared_conversations.json": [
            {"id": "x", "conversation_id": "y", "title": "z", "is_anonymous": True}
        ],
        "message_feedback.json": [],
    }
    data = {f"my export/{name}": json.dumps(value).encode() for name, value in files.items()}
    data |= {"__MACOSX/my export/._conversations-000.json": b"\0\5", "my export/chat.html": b"<html>"}
    read = Read(tmp_path, source("export.zip", packed(data)))
    assert (read.titles, read.faults) == (["One", "Two", "Three"], [])
    folder = tmp_path / "export"
    for name, content in data.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    assert Read(tmp_path, Folder(folder)).chats == read.chats


def test_a_zip_of_other_json_is_read_for_what_is_in_it(tmp_path: Path, other_formats: dict[str, Any]) -> None:
    inside = {"chat-export.json": json.dumps([other_formats["open webui"]]).encode(), "settings.json": b"{}"}
    read = Read(tmp_path, source("export.zip", packed(inside)))
    assert (read.titles, read.faults) == (["Open WebUI's"], [])


def test_several_files_at_once_and_one_that_is_none(tmp_path: Path) -> None:
    sources = [source("a.json", [chat("One")]), source("b.json", b"nothing"), source("c.json", chat("Two"))]
    read = Read(tmp_path, *sources)
    assert read.titles == ["One", "Two"]
    assert read.faults == ["“b.json” is not a JSON file."]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"not JSON", "is not a JSON file"),
        (b"\xff\xfe\x00", "is not a JSON file"),
        (b"<!DOCTYPE html><html>", "is a web page; choose the zip, or the conversations.json in it"),
        (b"%PDF-1.7", "is a PDF"),
        (image(), "is a picture"),
        (b"SQLite format 3\0...", "is a database; export the chats from the program that it belongs to"),
        (b"Rar!\x1a\x07", "is packed; unpack it and choose the files in it"),
        (b"PK\x03\x04 and no more", "is a damaged zip; download it once more"),
        (b"[", "is a damaged JSON file: not one chat in it can be read"),
        (b'{"mapping": ', "is a damaged JSON file: not one chat in it can be read"),
        (b"[]", "contains no chats"),
        (b"7", f"contains no chats of a known kind. {TAKEN}"),
        (b'[{"a": 1}]', f"contains no chats of a known kind. {TAKEN}"),
        (b'{"version": 1, "conversations": {}}', f"contains no chats of a known kind. {TAKEN}"),
        (b'{"version": 1, "conversations": []}', "contains no chats"),
        (b'{"conversationId": "x", "messages": []}', f"is an export of LibreChat. {TAKEN}"),
        (
            b'{"version": 2, "conversations": [{}]}',
            "was written by a newer version of SynStar Chat; update this one first",
        ),
        (packed({"a.txt": b"x"}), "contains no JSON file"),
        (packed({"a.json": b"[1]", "b.json": b"{}"}), f"contains no chats of a known kind. {TAKEN}"),
        (
            packed({"conversations.json": b'[{"conversation": {}, "responses": []}]'}),
            f"is an export of Grok. {TAKEN}",
        ),
    ],
)
def test_what_is_no_export_is_told_in_a_sentence(data: bytes, said: str, tmp_path: Path) -> None:
    read = Read(tmp_path, source("file", data))
    assert (read.chats, read.said) == ([], [])
    assert read.faults == [f"“file” {said}."]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone.json"
    assert Read(tmp_path, Source(gone.name, lambda: gone.open("rb"))).faults == [
        "“gone.json” cannot be read: No such file or directory."
    ]


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    data = json.dumps([chat("One"), chat("Two"), chat("Three")]).encode()
    read = Read(tmp_path, source("cut.json", data[:-40]))
    assert read.titles == ["One", "Two"]
    assert read.faults == ["“cut.json” breaks off after 2 chats; what came after that is missing."]
    inside = packed(
        {"conversations-0.json": data[:-300], "conversations-1.json": data, "conversations-2.json": b"["}
    )
    read = Read(tmp_path, source("cut.zip", inside))
    assert read.faults == [
        "“conversations-0.json” in “cut.zip” breaks off after 1 chat; what came after that is missing.",
        "“conversations-2.json” in “cut.zip” is a damaged JSON file: not one chat in it can be read.",
    ]


def test_a_zip_with_a_damaged_file_in_it_gives_the_others(tmp_path: Path) -> None:
    broken = b"{" + bytes(range(200)) * 9
    inside = {"conversations-0.json": broken, "conversations-1.json": json.dumps([chat("One")]).encode()}
    data = bytearray(packed(inside))
    data[data.index(b"conversations-0.json") + 60] ^= 0xFF
    read = Read(tmp_path, source("export.zip", bytes(data)))
    assert read.titles == ["One"]
    assert len(read.faults) == 1
    assert read.faults[0].startswith("“conversations-0.json” in “export.zip” is a damaged ")


def test_a_file_of_something_else_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MOST_UNKNOWN", 3)
    read = Read(tmp_path, source("rows.json", [{"row": number} for number in range(9)] + [chat("Late")]))
    assert (read.chats, read.faults) == ([], [f"“rows.json” contains no chats of a known kind. {TAKEN}."])


def pointer(own: str) -> dict[str, Any]:
    return {"content_type": "image_asset_pointer", "asset_pointer": own}


ATTACHED = [
    {"id": "file-Cat1", "name": "my cat.png"},
    {"id": "file-Notes1", "name": "notes.txt"},
    {"id": "file-Paper1", "name": "paper.pdf"},
    {"id": "file-Sheet1", "name": "sheet.xlsx"},
    {"id": "file-Gone1", "name": "gone.txt"},
]
NODES = {
    "q": node(
        "user",
        content=parts(pointer("file-service://file-Cat1"), "Draw it"),
        metadata={"attachments": ATTACHED},
    ),
    "t": node(
        "tool",
        parent="q",
        content=parts(pointer("sediment://file_00fox"), pointer("file-service://file-Lost1")),
    ),
    "a": node("assistant", "There.", parent="t"),
}
CONTAINED = {
    "conversations.json": json.dumps([chat("Pictures", NODES)]).encode(),
    "file-Cat1-my cat.png": image(90),
    "file-Notes1-notes.txt": b"Cats like sofas.",
    "file-Paper1.dat": pdf(["All about cats"]),
    "file-Sheet1-sheet.xlsx": b"PK\x03\x04",
    "user-1/file_00fox-0c1f6c2e-1111-4222-8333-000000000009.png": image(80),
    "dalle-generations/file-Other.webp": image(70),
}


@pytest.fixture(params=["zip", "folder", "zip beside the file"])
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Read]:
    """A conversation whose files are in the zip, in the folder, or in a zip that was chosen along with it."""
    if request.param == "zip":
        yield Read(tmp_path, source("export.zip", packed(CONTAINED)))
    elif request.param == "folder":
        for name, data in CONTAINED.items():
            (tmp_path / "export" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "export" / name).write_bytes(data)
        yield Read(tmp_path, Folder(tmp_path / "export"))
    else:
        alone = source("conversations.json", CONTAINED["conversations.json"])
        yield Read(tmp_path, alone, source("export.zip", packed(CONTAINED)))


def test_pictures_and_documents_come_from_the_export(pictures: Read) -> None:
    question, answer = pictures.chats[0].path()
    assert [(each.name, each.kind) for each in question.attachments] == [
        ("my cat.png", AttachmentKind.IMAGE),
        ("notes.txt", AttachmentKind.DOCUMENT),
        ("paper.pdf", AttachmentKind.DOCUMENT),
    ]
    cat, notes, paper = question.attachments
    assert pictures.files.load(cat) == image(90)
    assert notes.text == "Cats like sofas."
    assert "All about cats" in paper.text
    assert question.content == "[file: sheet.xlsx]\n\n[file: gone.txt]\n\nDraw it"
    (fox,) = reply_of(answer).images
    assert (fox.name, pictures.files.load(fox)) == ("image.png", image(80))
    assert answer.content == "[image]\n\nThere."


def test_newer_exports_tell_the_names_of_their_files_apart(tmp_path: Path) -> None:
    drawn = {"t": node("tool", content=parts(pointer("sediment://file_00fox")))}
    inside = {
        "conversations-000.json": json.dumps([chat("Fox", drawn)]).encode(),
        "conversation_asset_file_names.json": json.dumps({"file_00fox.dat": "red fox.png", "x": 3}).encode(),
        "file_00fox.dat": image(80),
    }
    (found,) = Read(tmp_path, source("export.zip", packed(inside))).chats
    assert [each.name for each in reply_of(found.path()[0]).images] == ["red fox.png"]


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'/>", b"", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_only_claims_to_be_a_picture_is_told_as_missing(data: bytes, tmp_path: Path) -> None:
    inside = {**CONTAINED, "file-Cat1-my cat.png": data}
    (found,) = Read(tmp_path, source("export.zip", packed(inside))).chats
    assert "my cat.png" not in [each.name for each in found.path()[0].attachments]
    assert found.path()[0].content.startswith("[image]\n\n")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_validation, "LARGEST_UPLOAD", 10)
    (found,) = Read(tmp_path, source("export.zip", packed(CONTAINED))).chats
    assert found.path()[0].attachments == ()


def test_a_picture_that_stands_in_the_export_itself_is_kept(tmp_path: Path) -> None:
    uri = data_uri("image/png", image(90))
    asked = {"id": "q", "role": "user", "content": "Who?", "files": [{"type": "image", "url": uri}]}
    odd = {**asked, "id": "r", "files": [{"type": "image", "url": "data:image/png;base64,?"}]}
    history = {"messages": {"q": asked, "r": {**odd, "parentId": "q"}}}
    read = Read(tmp_path, source("chats.json", [{"title": "Cat", "chat": {"history": history}}]))
    first, second = read.chats[0].path()
    assert [read.files.load(each) for each in first.attachments] == [image(90)]
    assert (second.attachments, second.content) == ((), "[image]\n\nWho?")


def test_names_in_a_zip_never_become_places_on_disk(tmp_path: Path) -> None:
    traps = {"../../up/file-Cat1-x.png": image(90), "/abs/file-Notes1-x.txt": b"Cats like sofas."}
    inside = {"../conversations.json": CONTAINED["conversations.json"], **traps}
    home = tmp_path / "a" / "b" / "c"
    home.mkdir(parents=True)
    (found,) = Read(home, source("export.zip", packed(inside))).chats
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [image(90)]
    assert kept[0].is_relative_to(home / "kept")
    assert [each.name for each in found.path()[0].attachments] == ["my cat.png", "notes.txt"]


def test_the_fixture_is_read_as_a_file(tmp_path: Path) -> None:
    read = Read(tmp_path, source("conversations.json", chatgpt()))
    assert len(read.chats) == 2
    assert read.said[1] == "1 of 3 chats was left out: 1 contains no messages (“New chat”)."
