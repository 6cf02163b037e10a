"""The inspector: what was sent for a reply and what came back, as a person reads it."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lib.app import DATABASE
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.people.people import LOCAL
from lib.domain.reply.reply import Reply, State
from lib.domain.text.markdown.literal import literal
from lib.i18n.pseudo import PSEUDO, PseudoTranslations
from lib.store import Store
from lib.ui.reply.inspector import LONGEST_SHOWN
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, deltas, error, raw, stream
from tests.server.chat_page import ask
from tests.server.conftest import API_KEY


def inspect(tab: PageSocket) -> None:
    """Open the inspector on the last answer."""
    tab.choose("turn", "Inspect")
    tab.wait_until_idle()


def request(tab: PageSocket) -> Any:
    """The body of the request that the inspector shows."""
    return json.loads(next(code for code in tab.codes if code.startswith("{")))


def facts(tab: PageSocket) -> dict[str, str]:
    """What the inspector says of the response, without the signs that keep it from being markdown."""
    rows = [row for table in tab.tables if table.shape[1] == 1 for row in table.iloc[:, 0].items()]
    return {_seen(name): _seen(value) for name, value in rows}


def _seen(text: object) -> str:
    return str(text).replace("\\", "").replace(":small[]", "")


def steps(tab: PageSocket) -> list[str]:
    """The timeline."""
    return next(list(table["what"]) for table in tab.tables if "what" in table)


def test_the_request_is_shown_as_the_gateway_got_it(tab: PageSocket, upstream: ScriptedGateway) -> None:
    question = 'It\'s a “test” of <b>$HOME</b>\n"""'
    upstream.when(question, stream("Yes"))
    tab.switch("parameters", True)
    tab.write("system_prompt", "Answer in rhymes.")
    ask(tab, question)
    tab.write("system_prompt", "Something else, later")
    inspect(tab)
    assert request(tab) == upstream.asked(question)[0].body
    assert request(tab)["messages"][0]["content"] == "Answer in rhymes."
    assert tab.codes[0] == (
        f"POST {upstream.base_url}/chat/completions\n"
        "Authorization: Bearer ***\n"
        "Content-Type: application/json"
    )
    assert [code.partition(" ")[0] for code in tab.codes[2:5]] == ["curl", "import", "const"]
    assert not [code for code in tab.codes if API_KEY in code]


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_curl_of_the_page_sends_the_request_again(tab: PageSocket, upstream: ScriptedGateway) -> None:
    question = 'It\'s `me`: "$HOME" \\ 你好'
    upstream.when(question, stream("Yes"))
    ask(tab, question)
    inspect(tab)
    curl = next(code for code in tab.codes if code.startswith("curl"))
    environment = {"PATH": os.environ["PATH"], "NO_PROXY": "*", "KKIAI_API_KEY": API_KEY}
    subprocess.run(["sh"], input=curl.encode(), env=environment, check=True, capture_output=True, timeout=60)  # noqa: S607
    first, again = upstream.asked(question)
    assert again.body == first.body
    for header in ("authorization", "content-type"):
        assert again.headers[header] == first.headers[header]


def test_the_response_and_the_timeline_come_from_the_tape(tab: PageSocket, upstream: ScriptedGateway) -> None:
    upstream.when("Count for the inspector", stream("One", " two", reasoning=("Hm",)))
    ask(tab, "Count for the inspector")
    inspect(tab)
    told = facts(tab)
    assert (told["State"], told["HTTP status"]) == ("completed", "200")
    assert (told["Model asked"], told["Model served"]) == ("model-a", "model-a")
    assert (told["Response ID"], told["content-type"]) == ("chatcmpl-scripted", "text/event-stream")
    assert told["Usage"] == "8 prompt, 3 completion (reported)"
    assert steps(tab) == [
        *("Request sent", "Headers", "Answer begun"),
        *("Thinking", "Text", "Usage", "Finished"),
    ]
    assert len(tab.tree.nodes("vega_lite_chart")) == 1


def test_how_a_reply_ended_is_told_in_the_readers_language(
    site: AppServer, upstream: ScriptedGateway
) -> None:
    upstream.when("Count in another language", stream("One"))
    translated = PseudoTranslations().gettext
    with PageSocket(site.url, headers={"Accept-Language": PSEUDO}) as tab:
        ask(tab, "Count in another language")
        tab.choose("turn", literal(translated("Inspect")))
        tab.wait_until_idle()
        assert facts(tab)[translated("State")] == translated("completed")


def test_a_reply_is_inspected_while_it_runs_and_goes_on(tab: PageSocket, upstream: ScriptedGateway) -> None:
    gate = Gate()
    upstream.when("Look while it runs", stream("One", " two", hold=gate, hold_after=1))
    tab.ask("Look while it runs")
    tab.wait_for(lambda: tab.answer == "One", "The first word")
    tab.choose("conversation_menu", "Inspect")
    tab.wait_for_text("Set `KKIAI_API_KEY` to your key first.")
    assert "This reply is still running." in tab.text
    assert facts(tab)["State"] == "running"
    assert steps(tab) == ["Request sent", "Headers", "Answer begun", "Text"]
    gate.open()
    tab.wait_for_answer("One two")


def test_a_failed_reply_is_inspected_too(tab: PageSocket, upstream: ScriptedGateway) -> None:
    message = "The model `model-a` does not exist (request id: R7)"
    upstream.when("Inspect a failure", error(404, {"error": {"message": message, "code": "none"}}))
    ask(tab, "Inspect a failure")
    inspect(tab)
    assert request(tab) == upstream.asked("Inspect a failure")[0].body
    assert (facts(tab)["State"], facts(tab)["HTTP status"]) == ("failed", "404")
    assert steps(tab)[-1] == "Failed"


def test_a_key_in_a_message_is_masked(gateway: ScriptedGateway, tmp_path: Path) -> None:
    key = "sk-typed-by-mistake-0001"
    with (
        AppServer(tmp_path / "data", gateway.base_url, KKIAI_API_KEY=key) as server,
        PageSocket(server.url) as tab,
    ):
        ask(tab, f"tokens=2 My key is {key}")
        inspect(tab)
        assert "My key is ***" in tab.codes[1]
        assert not [code for code in tab.codes if key in code]


def test_a_reply_that_is_not_stored_is_inspected_too(tab: PageSocket, upstream: ScriptedGateway) -> None:
    upstream.when("Leave no trace", stream("None"))
    tab.switch("temporary", True)
    ask(tab, "Leave no trace")
    inspect(tab)
    assert request(tab) == upstream.asked("Leave no trace")[0].body
    assert steps(tab)[-1] == "Finished"


def test_an_imported_reply_says_that_it_has_no_tape(site: AppServer) -> None:
    now = datetime.now(UTC)
    imported = Conversation("imported", "Imported", now, now)
    reply = Reply(State.COMPLETED, "Hello", model_served="gpt-4o")
    imported.add([Message("q", None, "user", "Hi", now), Message("a", "q", "assistant", "Hello", now, reply)])
    store = Store(site.data_dir / DATABASE)
    store.of(LOCAL).conversations.take([imported])
    store.close()
    with PageSocket(site.url, "c=imported") as tab:
        inspect(tab)
        assert tab.text.count("This reply was imported:") == 3
        assert tab.codes == []
        assert facts(tab)["Model served"] == "gpt-4o"


def test_code_that_is_too_long_for_a_page_is_a_file(tab: PageSocket, upstream: ScriptedGateway) -> None:
    question = "x" * LONGEST_SHOWN
    upstream.when(question, stream("Long"))
    ask(tab, question)
    inspect(tab)
    assert len(tab.codes) == 1
    assert tab.text.count("kB is too much to show here.") == 4
    assert len(tab.tree.nodes("download_button")) == 4


def test_every_part_of_a_continued_answer_can_be_inspected(
    tab: PageSocket, upstream: ScriptedGateway
) -> None:
    upstream.when("Count in parts", stream("One, ", finish="length"))
    ask(tab, "Count in parts")
    upstream.enqueue(stream("two"))
    tab.click("continue")
    tab.wait_for_answer("One, two")
    inspect(tab)
    assert request(tab)["messages"][1] == {"role": "assistant", "content": "One, "}
    tab.choose("inspected", "Part 1")
    tab.wait_until_idle()
    assert request(tab) == upstream.asked("Count in parts")[0].body


def test_an_earlier_answer_is_inspected_from_its_menu(tab: PageSocket, upstream: ScriptedGateway) -> None:
    for question in ("The earlier of two", "The later of two"):
        upstream.when(question, stream("Yes"))
        ask(tab, question)
    tab.choose(tab.tree.keys("turn-")[0], "Inspect")
    tab.wait_until_idle()
    assert request(tab) == upstream.asked("The earlier of two")[0].body


@pytest.mark.parametrize(("served", "is_told"), [("model-a-2024-08-06", False), ("model-z", True)])
def test_a_badge_tells_that_another_model_answered(
    tab: PageSocket, upstream: ScriptedGateway, served: str, is_told: bool
) -> None:
    upstream.when(f"Are you {served}?", stream("Hello", model=served))
    ask(tab, f"Are you {served}?")
    assert ("Other model" in tab.footer) is is_told
    assert f"{served} · " in tab.footer


def test_a_badge_tells_that_the_model_changed_on_the_way(tab: PageSocket, upstream: ScriptedGateway) -> None:
    chunk = '{"id":"1","model":"%s","choices":[{"delta":{"content":"a"},"finish_reason":%s}]}'
    lines = [chunk % ("model-a", "null"), chunk % ("model-b", '"stop"'), "[DONE]"]
    upstream.when("Are you two?", raw("".join(f"data: {line}\n\n" for line in lines).encode()))
    ask(tab, "Are you two?")
    assert "Model changed" in tab.footer
    inspect(tab)
    assert facts(tab)["Model served"] == "model-a → model-b"
    assert "Model changed" in steps(tab)


def test_thinking_that_goes_on_after_the_answer_began_is_shown_once(
    tab: PageSocket, upstream: ScriptedGateway
) -> None:
    late = deltas({"content": "The "}, {"reasoning": "Second thought."}, {"content": "answer"})
    mixed = deltas({"reasoning": "First."}, {"content": "The "}, {"reasoning": " Then."}, {"content": "end"})
    upstream.when("Think while you speak", late)
    upstream.when("Think before and after", mixed)
    ask(tab, "Think while you speak")
    assert tab.answer == "Second thought.\n\nThe answer"
    ask(tab, "Think before and after")
    assert tab.answer == "First. Then.\n\nThe end"
    with PageSocket(tab.url, tab.address) as again:
        again.wait_for_answer("First. Then.\n\nThe end")
