"""An export takes the images along, and an import brings them back; what is none comes in as a name."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lib.domain import imports
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.conversation.attachments import Attachment, data_uri
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.exports import from_json, to_markdown
from lib.domain.conversation.messages import Message
from lib.domain.imports.outcome import LeftOut, Reason
from lib.domain.people.people import LOCAL
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Event, Finished
from lib.domain.reply.tape import Image as ImageEvent
from lib.files.folder import Files, Missing, checked
from lib.files.imports import archive
from lib.store import Store
from tests.files.samples import image, uploaded

AT = datetime(2026, 3, 1, tzinfo=UTC)
PHOTO, DRAWN = uploaded("photo.png", image()), checked("image-1.png", image(80), text="A red square")
NOTES = uploaded("notes.md", b"# Notes\nTea at 80 degrees")


def talk(files: Files) -> Conversation:
    conversation = Conversation("tea", "Tea", AT, AT)
    attached = tuple(files.keep(each) for each in (PHOTO, NOTES))
    reply = Reply(State.COMPLETED, images=(files.keep(DRAWN),))
    conversation.add(
        [
            Message("q", None, "user", "Draw this", AT, attachments=attached),
            Message("a", "q", "assistant", "", AT, reply),
        ]
    )
    return conversation


def exported(tmp_path: Path) -> Any:
    files = Files(tmp_path / "old")
    return json.loads("".join(archive.json_pieces([talk(files)], files)))


def imported(data: Any, files: Files) -> Conversation:
    conversation = imports.read(data["conversations"][0])
    assert isinstance(conversation, Conversation)
    with_files = archive.with_files(conversation, files)
    store = Store(None)
    store.of(LOCAL).conversations.take([with_files])
    found = store.of(LOCAL).conversations.get(conversation.id)
    store.close()
    assert found
    return found


def test_an_import_brings_everything_back(tmp_path: Path) -> None:
    files = Files(tmp_path / "new")
    found = imported(exported(tmp_path), files)
    assert found.messages["q"].attachments == (PHOTO, NOTES)
    reply = found.messages["a"].reply
    assert reply
    assert reply.images == (DRAWN,)
    assert files.load(found.messages["q"].attachments[0]) == PHOTO.data
    assert files.load(reply.images[0]) == DRAWN.data


def test_an_image_that_is_gone_is_exported_as_its_name(tmp_path: Path) -> None:
    data = json.loads("".join(archive.json_pieces([talk(Files(tmp_path))], Files(None))))
    (photo, _) = imported(data, Files(None)).messages["q"].attachments
    assert photo == PHOTO


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'/>", b"", image(kind="BMP")])
def test_what_only_claims_to_be_an_image_is_not_kept(data: bytes, tmp_path: Path) -> None:
    files, hostile = Files(tmp_path / "new"), exported(tmp_path)
    hostile["conversations"][0]["messages"][0]["attachments"][0]["data"] = data_uri("image/png", data)
    (photo, _) = imported(hostile, files).messages["q"].attachments
    with pytest.raises(Missing):
        files.load(photo)


def test_an_image_under_another_ones_id_gets_its_own(tmp_path: Path) -> None:
    files, hostile = Files(tmp_path / "new"), exported(tmp_path)
    hostile["conversations"][0]["messages"][0]["attachments"][0]["id"] = "../../somewhere"
    (photo, _) = imported(hostile, files).messages["q"].attachments
    assert photo == PHOTO
    assert files.load(photo) == PHOTO.data


@pytest.mark.parametrize("data", ["https://example.com/a.png", "data:image/png;base64,?", "data:,x", 7])
def test_a_chat_with_odd_bytes_is_damaged(data: object, tmp_path: Path) -> None:
    hostile = exported(tmp_path)
    hostile["conversations"][0]["messages"][0]["attachments"][0]["data"] = data
    assert imports.read(hostile["conversations"][0]) == LeftOut(Reason.DAMAGED, "Tea")


def test_a_picture_in_an_answers_text_becomes_one_of_its_pictures(tmp_path: Path) -> None:
    files = Files(tmp_path)
    (png, jpeg), no_image = (
        (data_uri("image/png", image(side)) for side in (64, 32)),
        data_uri("image/png", b"no"),
    )
    text = (
        f"A cat:\n\n![a cat]({png})\n\nAnd {jpeg} again, but `![code]({png})` and ![none]({no_image}) stay."
    )
    chat = Conversation("tea", "Tea", AT, AT)
    chat.add([Message("a", None, "assistant", text, AT, Reply(State.COMPLETED, text))])
    answer = archive.with_files(chat, files).messages["a"]
    assert answer.reply
    assert (
        answer.content
        == answer.reply.text
        == (f"A cat:\n\n\n\nAnd  again, but `![code]({png})` and ![none]({no_image}) stay.")
    )
    assert [(each.name, each.text) for each in answer.reply.images] == [
        ("image-1.png", "a cat"),
        ("image-2.png", ""),
    ]
    assert files.load(answer.reply.images[0]) == image(64)


def test_a_question_keeps_its_words_whatever_they_are(tmp_path: Path) -> None:
    text = f"What is {data_uri('image/png', image())}?"
    chat = Conversation("tea", "Tea", AT, AT)
    chat.add([Message("q", None, "user", text, AT)])
    assert archive.with_files(chat, Files(tmp_path)).messages["q"].content == text


def test_an_export_of_many_chats_is_cut_into_files_that_can_be_taken_in_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST_PART", 3000)
    chats = [Conversation(f"c{number}", f"Chat {number}", AT, AT) for number in range(20)]
    for chat in chats:
        chat.add([Message(f"m{chat.id}", None, "user", "word " * 100, AT)])
    written = BytesIO()
    archive.write_zip(iter(chats), Files(tmp_path), written)
    with zipfile.ZipFile(written) as file:
        names = file.namelist()
        documents = [json.loads(file.read(name)) for name in names]
    assert names == [f"chats-{number:03}.json" for number in range(1, len(names) + 1)]
    assert len(names) > 3
    assert [chat for document in documents for chat in from_json(document)] == chats


def test_markdown_names_what_came_along(tmp_path: Path) -> None:
    text = to_markdown(talk(Files(tmp_path)))
    assert "## Question\n\n*Image: photo.png*\n\n*Document: notes.md*\n\nDraw this" in text
    assert "*Image: image-1.png*" in text


def test_the_text_of_a_document_is_in_the_export(tmp_path: Path) -> None:
    (_, notes) = exported(tmp_path)["conversations"][0]["messages"][0]["attachments"]
    assert notes["text"] == "# Notes\nTea at 80 degrees"


def recorded(tape_image: Attachment, drawn: Attachment) -> Recording:
    """A recording in which a model drew an image, as a file of anybody may have it."""
    reply = Reply(State.COMPLETED, images=(drawn,))
    cell = Conversation("c", "Talk", AT, AT, comparison_id="one")
    cell.add([Message("q", None, "user", "Draw", AT), Message("a", "q", "assistant", "", AT, reply)])
    tape: list[Event] = [ImageEvent(5.0, tape_image), Finished(6.0, "stop")]
    return Recording(
        "r", "Talk", RecordingKind.REPLY, AT, [Comparison("one", "Talk", AT, [cell])], {"a": tape}
    )


def test_an_imported_recordings_image_goes_by_its_bytes_whatever_id_the_file_gives_it() -> None:
    lying = replace(DRAWN, id=PHOTO.id)
    found = archive.with_checked_images(recorded(lying, lying))
    reply = found.cells[0].messages["a"].reply
    assert reply
    assert [image.id for image in reply.images] == [DRAWN.id]
    image = fold(found.tapes["a"]).images[0]
    assert (image.id, image.data) == (DRAWN.id, DRAWN.data)


def test_what_is_no_image_in_a_recording_loses_its_bytes_and_its_id() -> None:
    broken = replace(DRAWN, data=b"<script>")
    found = archive.with_checked_images(recorded(broken, broken))
    image = fold(found.tapes["a"]).images[0]
    assert image.data is None
    assert image.id != DRAWN.id
