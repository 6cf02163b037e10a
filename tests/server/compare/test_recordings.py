"""Recordings on the real server: kept, taken elsewhere, and played there without any gateway."""

import json
from datetime import UTC, datetime

from lib.app import DATABASE
from lib.domain.comparison import recordings
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.people.people import LOCAL
from lib.domain.reply.fold import fold
from lib.domain.reply.tape import Content, Event, Finished, Sent, UsageReported
from lib.domain.reply.usage import Source, Usage
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, stream
from tests.server.compare.test_decks import open_decks, wait_for_button, write_deck
from tests.server.compare_page import compare, has_figures, lines, said, table

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SLOW_MS = 3_600_000.0
"""An hour: what is played at this pace ends in no test."""
EVENING = "# The evening\n\n"


def kept(site: AppServer, title: str) -> Recording:
    """The recording of this title in the app's store."""
    store = Store(site.data_dir / DATABASE)
    summary = next(one for one in store.of(LOCAL).recordings.latest(100) if one.title == title)
    found = store.of(LOCAL).recordings.get(summary.id)
    store.close()
    assert found
    return found


def as_file(recording: Recording) -> bytes:
    return json.dumps(recordings.to_json(recording)).encode()


def put(tab: PageSocket, data: bytes) -> None:
    """Choose a file in the dialog of imports."""
    tab.click("open_import")
    tab.widget("recording_file")
    tab.wait_until_idle()
    tab.upload("recording_file", "recording.json", data)


def take(tab: PageSocket, data: bytes) -> None:
    """Import a file."""
    put(tab, data)
    tab.wait_for(lambda: "was added" in tab.toasts, "The recording")
    tab.wait_until_idle()


def refuse(tab: PageSocket, data: bytes, sentence: str) -> None:
    """Try to import a file that is of no use."""
    put(tab, data)
    tab.wait_for(lambda: sentence in tab.alerts, sentence)
    tab.wait_until_idle()


def talk(
    name: str, model: str, *exchanges: tuple[str, str], step_ms: float = 10.0
) -> tuple[Conversation, dict[str, list[Event]]]:
    """A cell and its tapes: each answer comes in two pieces, the second one `step_ms` after the first."""
    cell, tapes = Conversation(name, "Talk", AT, AT, model=model), dict[str, list[Event]]()
    for number, (question, answer) in enumerate(exchanges):
        middle = len(answer) // 2
        tape: list[Event] = [
            Sent(0.0, {"model": model}),
            Content(5.0, answer[:middle]),
            Content(5.0 + step_ms, answer[middle:]),
            UsageReported(6.0 + step_ms, Usage(5, 20, 25, source=Source.REPORTED)),
            Finished(6.0 + step_ms, "stop"),
        ]
        own = f"{name}-{number}"
        reply = fold(tape)
        cell.add([Message(f"q-{own}", cell.leaf_id, "user", question, AT)])
        cell.add([Message(own, cell.leaf_id, "assistant", reply.text, AT, reply)])
        tapes[own] = tape
    return cell, tapes


def recording(own: str, *rows: list[tuple[Conversation, dict[str, list[Event]]]]) -> Recording:
    """A comparison for each row of cells."""
    comparisons, tapes = [], dict[str, list[Event]]()
    for number, row in enumerate(rows):
        for position, (cell, its) in enumerate(row):
            cell.comparison_id, cell.position = f"{own}-{number}", position
            tapes |= its
        title = row[0][0].path()[0].content
        comparisons.append(Comparison(f"{own}-{number}", title, AT, [cell for cell, _ in row]))
    kind = RecordingKind.DECK if len(rows) > 1 else RecordingKind.COMPARISON
    return Recording(own, f"Recording {own}", kind, AT, comparisons, tapes)


def open_(tab: PageSocket, own: str) -> None:
    tab.click(f"open-{own}")
    tab.wait_for_text("Recorded on 1 Mar 2026")


def test_a_comparison_replays_without_a_gateway_with_the_same_text_and_figures(
    upstream: ScriptedGateway, site: AppServer, island: AppServer
) -> None:
    prompt = "Record this comparison"
    first = stream("Said", *(f" by a {n}" for n in range(30)), delay=0.02, ttft=0.1)
    second = stream("**Said**", *(f" by b {n}" for n in range(20)), reasoning=["Hm", "."], delay=0.01)
    upstream.when(prompt, by_model(model_a=first, model_b=second))
    with compare(site, "models=model-a,model-b") as tab:
        tab.ask(prompt)
        tab.wait_until_idle()
        seen = said(tab), lines(tab), table(tab)
        tab.click("keep")
        tab.wait_for(lambda: "Kept" in tab.toasts, "The recording")
        tab.wait_until_idle()
        tab.click("keep")
        tab.wait_for(lambda: "Already" in tab.toasts, "The second try")
    found = kept(site, prompt)
    with PageSocket(island.url, "", "recordings") as tab:
        take(tab, as_file(found))
        tab.click(f"open-{found.id}")
        tab.wait_for_text("Recorded on")
        tab.wait_for(lambda: has_figures(tab), "The figures")
        tab.wait_until_idle()
        assert (said(tab), lines(tab), table(tab)) == seen
        assert tab.tree.nodes("chat_input") == []
        assert {key.partition("-")[0] for key in tab.tree.keys("")} & {"refresh", "forum", "stop"} == set()
        assert "recording=" + found.id == tab.address
    with PageSocket(island.url, f"recording={found.id}", "recordings") as tab:
        tab.wait_for(lambda: said(tab) == seen[0], "All of it again")


def test_a_running_reply_is_not_recorded(upstream: ScriptedGateway, site: AppServer) -> None:
    gate = Gate()
    upstream.when("Recorded when it has ended", stream("Ended"))
    upstream.when("Still running", stream("Half", " done", hold=gate, hold_after=1))
    with compare(site, "models=model-a,model-b") as tab:
        tab.ask("Recorded when it has ended")
        tab.wait_until_idle()
        with compare(site, tab.address) as other:
            other.ask("Still running")
            other.wait_for_text("Half")
            tab.click("keep")
            tab.wait_for(lambda: "still running" in tab.toasts, "The refusal")
            gate.open()
            other.wait_until_idle()


def test_a_reply_of_the_chat_is_kept_with_its_question(
    upstream: ScriptedGateway, site: AppServer, tab: PageSocket
) -> None:
    upstream.when("Keep my reply", stream("Kept", " words"))
    tab.ask("Keep my reply")
    tab.wait_for_answer("Kept words")
    tab.choose("turn", "Keep as recording")
    tab.wait_for(lambda: "Kept" in tab.toasts, "The recording")
    found = kept(site, "Keep my reply")
    assert found.kind is RecordingKind.REPLY
    assert [message.content for message in found.cells[0].path()] == ["Keep my reply", "Kept words"]
    with PageSocket(site.url, f"recording={found.id}", "recordings") as replay:
        replay.wait_for(lambda: said(replay) == ["Kept words"], "The replay")


def test_hostile_and_broken_files_get_a_sentence(island: AppServer) -> None:
    whole = recording("broken", [talk("b", "model-a", ("Why?", "Because."))])
    with PageSocket(island.url, "", "recordings") as tab:
        refuse(tab, b"\xff\x00 no JSON", "This is not a JSON file")
        refuse(tab, b"[" * 100_000, "This is not a JSON file")
        refuse(tab, b'{"version": 1, "conversations": []}', "it is not a recording of SynStar Chat")
        changes: dict[str, dict[str, object]] = {
            "is missing": {"tapes": {}},
            "must be 1 to 32": {"id": "../up"},
            "version must be": {"version": 99},
            "must be an object": {"comparisons": [7]},
        }
        for sentence, change in changes.items():
            refuse(tab, json.dumps({**recordings.to_json(whole), **change}).encode(), sentence)
        refuse(tab, b" " * 20_000_001, "This file is too large")
        assert tab.tree.find("open-broken") is None
        assert tab.tree.nodes("exception") == []


def test_a_file_that_is_taken_twice_is_there_once_until_it_is_deleted(island: AppServer) -> None:
    data = as_file(recording("twice", [talk("t", "model-a", ("Why?", "Because."))]))
    with PageSocket(island.url, "", "recordings") as tab:
        take(tab, data)
        refuse(tab, data, "already exists")
        assert tab.tree.keys("open-twice") == ["open-twice"]
        tab.choose("more-twice", "Rename")
        tab.write("new_title", "  A better\nname ")
        tab.click("confirm_rename")
        tab.wait_for(lambda: tab.widget("open-twice").proto.label == "A better name", "The new name")
        tab.wait_until_idle()
        tab.choose("more-twice", "Delete")
        tab.click("confirm_delete")
        tab.wait_for(lambda: tab.tree.find("open-twice") is None, "The end of it")
        tab.wait_until_idle()
        tab.click("undo")
        tab.wait_for(lambda: tab.tree.find("open-twice") is not None, "Its return")
        assert tab.widget("open-twice").proto.label == "A better name"
        tab.wait_until_idle()
        tab.choose("more-twice", "Delete")
        tab.click("confirm_delete")
        tab.wait_for(lambda: tab.tree.find("open-twice") is None, "The end of it")
    with PageSocket(island.url, "recording=twice", "recordings") as tab:
        tab.wait_for(lambda: "no longer exists" in tab.toasts, "The toast")
        tab.wait_until_idle()
        assert tab.address == ""


def test_names_and_titles_of_a_file_are_shown_as_they_are(island: AppServer) -> None:
    evil = recording("evil", [talk("e", "m](http://evil.test)", ("**Q**", "<script>alert(1)</script>"))])
    with PageSocket(island.url, "", "recordings") as tab:
        take(tab, as_file(evil))
        open_(tab, "evil")
        tab.wait_for_text("script")
        tab.wait_until_idle()
        assert "m](http" not in "".join(tab.tree.texts())
        assert not any(node.proto.allow_html for node in tab.tree.nodes("markdown"))


def test_a_replay_pauses_and_ends_at_once_when_asked(island: AppServer) -> None:
    slow = recording("slow", [talk("s", "model-a", ("Why?", "One two"), step_ms=SLOW_MS)])
    with PageSocket(island.url, "", "recordings") as tab:
        take(tab, as_file(slow))
        open_(tab, "slow")
        tab.wait_for(lambda: said(tab) == ["One"], "The first piece")
        assert tab.is_running
        tab.click("pause")
        tab.wait_until_idle()
        assert said(tab) == ["One"]
        assert tab.tree.find("pause") is None
        tab.click("play")
        tab.wait_for(lambda: tab.tree.find("pause") is not None, "Going on")
        tab.choose("pace", "At once")
        tab.wait_for(lambda: said(tab) == ["One two"], "All of it")
        tab.wait_until_idle()


def test_a_recording_has_a_report(island: AppServer) -> None:
    with PageSocket(island.url, "", "recordings") as tab:
        take(tab, as_file(recording("told", [talk("r", "model-a", ("Why?", "Because."))])))
        open_(tab, "told")
        tab.wait_for(lambda: said(tab) == ["Because."], "The replay")
        tab.wait_until_idle()
        tab.click("report")
        tab.wait_for_text("This report contains")
        files = ["report_html", "report_markdown", "report_csv", "report_json"]
        tab.wait_for(lambda: [n.key for n in tab.tree.nodes("download_button")] == files, "The files")


def test_a_deck_has_a_chooser_of_prompts_and_a_talk_one_of_questions(island: AppServer) -> None:
    deck = recording(
        "deck",
        [talk("d1", "model-a", ("First prompt", "First answer"), ("And then?", "Then this"))],
        [talk("d2", "model-a", ("Second prompt", "Second answer"))],
    )
    with PageSocket(island.url, "", "recordings") as tab:
        take(tab, as_file(deck))
        open_(tab, "deck")
        tab.wait_for(lambda: said(tab) == ["First answer"], "The first answer")
        tab.wait_until_idle()
        tab.choose("replay_question", "Question 2")
        tab.wait_for(lambda: said(tab) == ["Then this"], "The second turn")
        tab.wait_until_idle()
        assert "And then?" in tab.text
        tab.choose("replay_prompt", "2. Second prompt")
        tab.wait_for(lambda: said(tab) == ["Second answer"], "The second prompt")
        tab.wait_until_idle()
        assert tab.tree.find("replay_question") is None


def test_the_first_start_has_recordings_and_the_compare_page_points_to_one(island: AppServer) -> None:
    with PageSocket(island.url, "", "compare") as tab:
        tab.wait_for(
            lambda: any("Watch a recorded" in n.proto.label for n in tab.tree.nodes("page_link")), "It"
        )
        [link] = [n.proto for n in tab.tree.nodes("page_link") if "Watch a recorded" in n.proto.label]
    own = link.query_string.partition("=")[2]
    with PageSocket(island.url, f"recording={own}", "recordings") as tab:
        tab.wait_for_text("Recorded on")


def test_a_deck_s_run_is_kept_with_all_its_prompts(upstream: ScriptedGateway, site: AppServer) -> None:
    prompts = "Keep the first", "Keep the second"
    for prompt in prompts:
        upstream.when(prompt, stream("Answer to ", prompt))
    with open_decks(site) as tab:
        write_deck(tab, *prompts)
        tab.click("run_deck")
        tab.wait_until_idle()
        wait_for_button(tab, "Keep as recording")
        tab.wait_until_idle()
        tab.click("keep")
        tab.wait_for(lambda: "Kept" in tab.toasts, "The recording")
    store = Store(site.data_dir / DATABASE)
    [summary] = store.of(LOCAL).recordings.latest(1, RecordingKind.DECK)
    store.close()
    with PageSocket(site.url, f"recording={summary.id}", "recordings") as replay:
        replay.wait_for(lambda: said(replay) == ["Answer to Keep the first"] * 2, "The first prompt")
        replay.wait_until_idle()
        replay.choose("replay_prompt", "2. Keep the second")
        replay.wait_for(lambda: said(replay) == ["Answer to Keep the second"] * 2, "The second prompt")
