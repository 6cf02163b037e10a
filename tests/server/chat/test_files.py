"""Files and speech with a real server: what arrives, what interrupts it, what it leaves behind."""

import io
import json
import wave

from lib.ui.server import upload_storage
from tests.app_server import AppServer
from tests.files.samples import bomb, image
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, error, stream
from tests.scripted_gateway.replies import Reply, Script

MEGABYTE = 1024**2
EACH = 16 * MEGABYTE


def recording(seconds: float = 0.5) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(b"\0\0" * int(16_000 * seconds))
    return file.getvalue()


def spoken(text: str, hold: Gate) -> Script:
    """A transcription that waits for the test."""
    return lambda _: Reply([hold, json.dumps({"text": text}).encode()])


def test_an_uploaded_image_is_sent_and_shown(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.when("Which colour is the square?", stream("Red."))
    tab.ask("Which colour is the square?", ("square.png", image()))
    tab.wait_for_answer("Red.")
    (request,) = [each for each in upstream.requests if each.prompt == "Which colour is the square?"]
    assert len(request.images) == 1
    (shown,) = tab.tree.nodes("imgs")
    assert shown.proto.imgs[0].url.startswith("/media/")


def test_a_hostile_upload_leaves_the_page_as_it_was(upstream: ScriptedGateway, tab: PageSocket) -> None:
    tab.ask("Keep my words", ("../../bomb.png", bomb()), ("notes.txt", b"Tea"))
    tab.wait_for(lambda: "10,000 x 10,000 pixels" in tab.text, "The refusal")
    tab.wait_until_idle()
    assert tab.returned == "Keep my words"
    assert not tab.tree.nodes("exception")
    whole = "File: notes.txt\n\nTea\n\nKeep my words"
    assert [each for each in upstream.requests if "Keep my words" in each.prompt] == []
    upstream.when(whole, stream("Kept."))
    tab.ask("Keep my words")
    tab.wait_for_answer("Kept.")


def test_what_is_spoken_waits_in_the_composer(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.enqueue(error(200, {"text": "and how long?"}))
    before = len(upstream.requests)
    tab.ask("How hot,", audio=recording())
    tab.wait_for(lambda: tab.returned == "How hot, and how long?", "What was said")
    tab.wait_until_idle()
    sent = [each.path for each in upstream.requests[before:] if each.method == "POST"]
    assert sent == ["/v1/audio/transcriptions"]
    assert "What would you like to know?" in tab.text


def test_a_click_while_speech_is_written_down_loses_nothing(
    upstream: ScriptedGateway, tab: PageSocket
) -> None:
    gate = Gate()
    upstream.enqueue(spoken("Held back", gate))
    tab.ask("", audio=recording())
    assert gate.reached.wait(PATIENCE)
    before = len(tab.frames)
    tab.switch("temporary", True)  # a new run, which ends the one whose callback still waits
    tab.wait_for(lambda: len(tab.frames) > before, "The new run")
    gate.open()
    tab.wait_for(lambda: tab.returned == "Held back", "What was said")


def test_a_recording_that_failed_can_be_tried_again(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.enqueue(error(503, {"error": {"message": "当前分组上游负载已饱和"}}))
    tab.ask("Tea:", audio=recording())
    tab.wait_for(lambda: "Too many requests just now" in tab.text, "The sentence")
    tab.wait_until_idle()
    assert tab.returned == "Tea:"
    upstream.enqueue(error(200, {"text": "how hot?"}))
    tab.click("write_down_again")
    tab.wait_for(lambda: tab.returned == "Tea: how hot?", "What was said")
    tab.wait_until_idle()
    assert "Too many requests" not in tab.text


def test_a_recording_without_words_says_so(upstream: ScriptedGateway, tab: PageSocket) -> None:
    upstream.enqueue(error(200, {"text": "  "}))
    tab.ask("", audio=recording())
    tab.wait_for_text("Nothing could be heard in the recording")


def test_a_tab_sends_more_than_it_may_hold_one_after_the_other(
    server: AppServer, gateway: ScriptedGateway
) -> None:
    with PageSocket(server.url) as tab:
        for number in range(upload_storage.MOST_BYTES // EACH + 1):
            gateway.enqueue(stream("Long."))
            tab.ask(f"Sum up file {number}", ("log.txt", b"word " * (EACH // 5)))
            tab.wait_for(lambda: f"Sum up file {number}" in tab.text, "The question")  # noqa: B023
            tab.wait_for_answer("Long.")
        assert "did not fit" not in tab.text
