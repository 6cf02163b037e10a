"""Files and images on the chat page: what goes along, what waits, what is refused, what is drawn."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from lib import app
from tests.files.samples import image, pdf, screenshot
from tests.pages.conftest import Opener, picker
from tests.pages.test_chat import ask, said
from tests.scripted_gateway import ScriptedGateway, drawing, error, stream

ZIP = b"PK\x03\x04" + b"\0" * 100
REFUSED = "“report.docx” is a ZIP archive or an Office file; send it as PDF, text or CSV."
IMAGES_REFUSED = {"error": {"message": "unknown variant `image_url`, expected `text`"}}


def send(chat: AppTest, text: str, **files: bytes) -> AppTest:
    """Say something with files, named by their keywords: `photo_png` is photo.png."""
    for name, data in files.items():
        chat.chat_input[0].upload(name.replace("_", "."), data)
    return chat.chat_input[0].set_value(text).run()


def pictures(chat: AppTest) -> int:
    return len(chat.get("image"))


def in_composer(chat: AppTest) -> str:
    found = [one.proto for one in chat.get("bidi_component") if one.proto.component_name == "message_box"]
    return str(json.loads(found[-1].json)["text"] or "") if found else ""


def test_images_and_documents_stand_in_the_question(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("A square and a report."))
    send(chat, "What is this?", photo_png=image(), tides_pdf=pdf(["The moon pulls the sea"]))
    assert pictures(chat) == 1
    assert "tides\\.pdf · 1 page · ≈ 8 tokens" in said(chat)
    assert "A square and a report." in said(chat)
    (request,) = gateway.chats
    assert len(request.images) == 1
    assert request.body["messages"][0]["content"][0]["text"] == (
        "File: tides.pdf\n\n[Page 1]\nThe moon pulls the sea"
    )
    send(chat, "Thanks")
    assert pictures(chat) == 1


def test_a_file_alone_can_be_sent(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("A red square."))
    send(chat, "", photo_png=image())
    assert "A red square." in said(chat)
    assert chat.title[-1].value == r"photo\.png"


def test_a_refused_file_is_said_and_nothing_else_is_lost(chat: AppTest, gateway: ScriptedGateway) -> None:
    send(chat, "Compare these", photo_png=image(), report_docx=ZIP, notes_md=b"# Tea")
    assert REFUSED in said(chat).replace("\\", "")
    assert gateway.chats == []
    assert in_composer(chat) == "Compare these"
    assert pictures(chat) == 1
    gateway.enqueue(stream("Compared."))
    ask(chat, "Compare these")
    (request,) = gateway.chats
    assert len(request.images) == 1
    assert "# Tea" in str(request.body)
    assert REFUSED not in said(chat).replace("\\", "")


@pytest.mark.parametrize("waiting", [image(), screenshot(3)], ids=["one image", "a screenshot in pieces"])
def test_a_waiting_file_can_be_taken_away(chat: AppTest, gateway: ScriptedGateway, waiting: bytes) -> None:
    send(chat, "Look", photo_png=waiting, report_docx=ZIP)
    assert pictures(chat) == 1
    (close,) = [button for button in chat.button if str(button.key).startswith("detach-")]
    close.click().run()
    assert pictures(chat) == 0
    gateway.enqueue(stream("Nothing to see."))
    ask(chat, "Look")
    assert gateway.chats[0].images == []


def test_a_document_that_was_cut_says_so(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Long."))
    send(chat, "Sum it up", log_txt=b"word " * 60_000)
    assert "Only the first 200,000 characters were read\\." in said(chat)


def test_more_files_than_a_message_takes_are_said(chat: AppTest, gateway: ScriptedGateway) -> None:
    files = {f"note{number}_txt": f"Note {number}".encode() for number in range(11)}
    send(chat, "Read these", **files)
    assert "A message takes 10 files at most; the others were left out" in said(chat)
    assert gateway.chats == []


def test_a_long_screenshot_is_one_chip_and_goes_along_in_pieces(
    chat: AppTest, gateway: ScriptedGateway
) -> None:
    send(chat, "Look", shot_png=screenshot(3), report_docx=ZIP)
    assert pictures(chat) == 1
    assert "3 pieces" in said(chat)
    gateway.enqueue(stream("A long page."))
    ask(chat, "Look")
    (request,) = gateway.chats
    assert len(request.images) == 3
    assert pictures(chat) == 3


def test_a_long_screenshot_is_one_file_of_many_images(chat: AppTest, gateway: ScriptedGateway) -> None:
    send(chat, "Look", **{f"{letter}_png": screenshot(8, width=200 + n) for n, letter in enumerate("abc")})
    told = said(chat).replace("\\", "")
    assert "**Not sent.** “c.png” comes in 8 pieces; a message takes 20 images at most." in told
    assert pictures(chat) == 2
    assert gateway.chats == []
    ask(chat, "Look")
    assert len(gateway.chats[0].images) == 16


def test_a_file_that_is_there_under_another_name_is_named(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("Two of one."))
    send(chat, "Compare", code_py=b"print(1)", copy_py=b"print(1)")
    assert "“copy.py” has the same content and is not sent again." in said(chat).replace("\\", "")
    assert "“copy.py” has the same content" in str(gateway.chats[0].body)


def test_what_was_lost_of_a_file_is_told_on_the_page_and_to_the_model(
    chat: AppTest, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("A log and a picture."))
    send(chat, "Sum it up", log_txt=b"started\0\nstopped\n", wide_png=image(5000, 2500))
    note = "1 control character was left out."
    assert note in said(chat).replace("\\", "")
    assert "wide.png: It was made smaller, from 5,000 × 2,500" in said(chat).replace("\\", "")
    sent = gateway.chats[0].body["messages"][0]["content"][0]["text"]
    assert sent == f"File: log.txt ({note})\n\nstarted\nstopped\n"


def test_an_edited_question_keeps_its_files(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("One."), stream("Two."))
    send(chat, "Befor", photo_png=image())
    (edit,) = [button for button in chat.button if str(button.key).startswith("edit-")]
    edit.click().run()
    chat.text_area[0].set_value("Before").run()
    chat.button(key="send_edit").click().run()
    assert [(request.prompt, len(request.images)) for request in gateway.chats] == [
        ("Befor", 1),
        ("Before", 1),
    ]


def test_files_do_not_go_into_another_chat(chat: AppTest) -> None:
    send(chat, "Look", photo_png=image(), report_docx=ZIP)
    chat.button(key="new_chat").click().run()
    assert pictures(chat) == 0
    assert REFUSED not in said(chat).replace("\\", "")


def test_a_model_that_has_refused_images_says_so(chat: AppTest, gateway: ScriptedGateway) -> None:
    caption = "This model has refused images before."
    gateway.enqueue(error(400, IMAGES_REFUSED))
    assert caption not in said(chat)
    send(chat, "Look", photo_png=image())
    chat.run()
    assert caption in said(chat)
    picker(chat).set_value("model-b").run()
    assert caption not in said(chat)


def test_an_image_model_makes_the_composer_ask_for_an_image(
    open_page: Opener, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.models = ["model-a", {"id": "easel", "supported_endpoint_types": ["image-generation"]}]
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    chat = open_page().run()
    assert chat.chat_input[0].placeholder == "Ask anything"
    picker(chat).set_value("easel").run()
    assert chat.chat_input[0].placeholder == "Describe an image"
    gateway.enqueue(drawing(image(), image(colour=(0, 0, 200)), prompt="A *plain* square"))
    ask(chat, "Two squares")
    assert pictures(chat) == 2
    assert "64 × 48 · A \\*plain\\* square" in said(chat)
    assert "easel · 2 images in " in said(chat)
    assert len(chat.get("download_button")) == 2
    assert "The model ended its reply without a word." not in said(chat)


def test_an_image_whose_file_is_gone_is_named(chat: AppTest, gateway: ScriptedGateway) -> None:
    gateway.enqueue(stream("A square."))
    send(chat, "Look", photo_png=image())
    for path in (app.get().settings.data_dir / "files").glob("*/*"):
        path.unlink()
    app.get().files._smaller.clear()
    chat.run()
    assert "photo\\.png no longer exists." in said(chat)


def test_what_is_drawn_and_what_was_sent_is_there_after_a_restart(
    chat: AppTest, open_page: Opener, gateway: ScriptedGateway
) -> None:
    gateway.enqueue(stream("A square."))
    send(chat, "Look", photo_png=image())
    address = chat.query_params["c"]
    app.stop()
    again = open_page()
    again.query_params["c"] = address
    again.run()
    assert pictures(again) == 1


@pytest.mark.parametrize(("model", "takes_speech"), [("whisper-1", True), ("off", False)])
def test_speech_is_taken_where_a_model_is_set(
    model: str,
    takes_speech: bool,
    open_page: Opener,
    gateway: ScriptedGateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KKIAI_BASE_URL", gateway.base_url)
    monkeypatch.setenv("CHAT_TRANSCRIPTION_MODEL", model)
    assert open_page().run().chat_input[0].proto.accept_audio is takes_speech
