"""A comparison opened to a room: phones follow it live, vote, and see nothing else."""

import http.client
import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lib.app import SECRET
from lib.files.secret import InstallationSecret
from lib.web.room.audience import COOKIE
from lib.web.room.turnout import NEWCOMER_RATE, new_cookie
from tests import figures_table
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.phone import Phone
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, deltas, error, stream
from tests.server.compare_page import ask_blind, compare, delete, has_figures

WORDS = [f"w{number:02} " for number in range(30)]
HOSTILE = (
    "<script>alert(1)</script> ![x](http://evil.example/a.png) <img src=http://evil.example/b.png> "
    "[click](javascript:alert(1))\n\n```\n</script><script>alert(2)</script>\n```\n"
)


@pytest.fixture(scope="module")
def gateway() -> Iterator[ScriptedGateway]:
    with ScriptedGateway() as running:
        yield running


@pytest.fixture(scope="module")
def hall(gateway: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app, with sharing allowed."""
    data_dir = tmp_path_factory.mktemp("hall") / "data"
    with AppServer(data_dir, gateway.base_url, KKIAI_API_KEY="sk-1234567890abcdef", CHAT_SHARING="on") as app:
        yield app


def open_room(tab: PageSocket) -> str:
    """Open the shown comparison to the room; the link."""
    tab.click("open_room")
    tab.wait_for(lambda: any("/room/" in code for code in tab.codes), "The link")
    tab.wait_until_idle()
    return next(code for code in tab.codes if "/room/" in code)


def test_phones_follow_a_blind_comparison_from_the_question_to_the_result(
    gateway: ScriptedGateway, hall: AppServer
) -> None:
    gates = {model: Gate() for model in ("a", "b")}
    scripts = {f"model_{m}": stream(*WORDS, hold=gate, hold_after=10) for m, gate in gates.items()}
    gateway.when("Follow this", by_model(**scripts))
    with compare(hall) as tab, ExitStack() as room:
        link = open_room(tab)
        early = room.enter_context(Phone(link))
        chinese = room.enter_context(Phone(link, language="zh-CN,zh;q=0.9"))
        assert early.state["answers"] == []
        assert early.state["title"] == ""
        tab.write("room_title", " Our demo ")
        early.wait_for(lambda: early.state["title"] == "Our demo")
        tab.wait_until_idle()
        assert b'<html lang="en">' in early.get()[2]
        assert b'<html lang="zh-Hans">' in chinese.get()[2]
        ask_blind(tab, "Follow this")
        half = "".join(WORDS[:10]).strip()
        early.wait_for(lambda: early.texts == [half, half])
        late = room.enter_context(Phone(link))
        late.wait_for(lambda: late.texts == [half, half])
        assert late.titles == ["Answer A", "Answer B"]
        assert "Follow this" in late.state["prompt"]
        assert late.vote("B") == http.client.OK
        assert early.vote("A") == early.vote("B") == http.client.OK
        tab.wait_for_text("3 following, 2 voted")
        assert chinese.titles == ["回答 A", "回答 B"]
        assert chinese.state["title"] == "Our demo"
        early.wait_for(lambda: early.state["voters"] == 2)
        for gate in gates.values():
            gate.open()
        whole = "".join(WORDS).strip()
        for phone in (early, late, chinese):
            phone.wait_for_end()
            assert phone.texts == [whole, whole]
            assert b"model-" not in phone.received
            assert phone.state["result"] is None
            assert [answer["line"] for answer in phone.state["answers"]] == ["", ""]
        tab.wait_until_idle()
        tab.click("reveal")
        early.wait_for(lambda: bool(early.state["result"]))
        result = early.state["result"]
        assert result["counts"] == {"A": 0, "B": 2, "tie": 0, "all_bad": 0}
        assert result["winners"] == ["B"]
        assert result["verdict"] == f"{early.titles[1]} won, 2 of 2 votes"
        assert sorted(title[3:] for title in early.titles) == ["model-a", "model-b"]
        rows = figures_table.rows(result["figures"])
        assert [row.name for row in rows] == [early.titles[0][3:], f"{early.titles[1][3:]} Winner"]
        for answer in early.state["answers"]:
            assert re.fullmatch(r"first.token.\S+.s · total.\S+.s · 30.tokens", answer["line"])
        chinese.wait_for(lambda: bool(chinese.state["result"]))
        assert chinese.state["result"]["verdict"] == f"{early.titles[1]} 胜出，得 2 票（共 2 票）"
        assert early.vote("A") == http.client.CONFLICT
        tab.wait_for(lambda: f"{early.titles[1]} won, 2 of 2 votes" in tab.text, "The result")


def test_a_new_question_appears_by_itself_as_a_new_round(gateway: ScriptedGateway, hall: AppServer) -> None:
    gateway.when("First question", stream("One"))
    gateway.when("Second question", stream("Two"))
    with compare(hall) as tab:
        tab.ask("First question")
        tab.wait_for(lambda: has_figures(tab), "The figures")
        tab.wait_until_idle()
        with Phone(open_room(tab)) as phone:
            assert phone.texts == ["One", "One"]
            assert phone.titles == ["model-a", "model-b"]
            assert phone.vote("tie") == http.client.OK
            first = phone.state["round"]["id"]
            tab.ask("Second question")
            phone.wait_for(lambda: phone.texts == ["Two", "Two"])
            assert "Second question" in phone.state["prompt"]
            assert phone.state["round"]["id"] != first
            assert phone.state["voters"] == 0
            assert phone.post({"round": first, "choice": "A"})[0] == http.client.CONFLICT


def test_the_room_is_told_the_names_of_files_and_nothing_of_what_they_say(hall: AppServer) -> None:
    with compare(hall) as tab, Phone(open_room(tab)) as phone:
        tab.ask("Read this", ("a<b.txt", b"A secret plan"))
        phone.wait_for_end()
        assert "Read this" in phone.state["prompt"]
        assert "a&lt;b.txt" in phone.state["prompt"]
        assert "A secret plan" not in phone.state["prompt"]


def test_a_vote_can_be_changed_and_a_phone_that_comes_back_has_its_own(
    gateway: ScriptedGateway, hall: AppServer
) -> None:
    gateway.when("Vote on this", stream("Said"))
    with compare(hall) as tab:
        link = open_room(tab)
        tab.ask("Vote on this")
        with Phone(link) as phone:
            phone.wait_for(lambda: phone.texts == ["Said", "Said"])
            assert [phone.vote(choice) for choice in ("A", "all_bad", "B")] == [http.client.OK] * 3
            own = {"round": phone.state["round"]["id"]}
            assert phone.post({**own, "answer": "A", "is_up": True})[0] == http.client.OK
            assert phone.post({**own, "answer": "B", "is_up": False})[0] == http.client.OK
            status, said = phone.post({**own, "answer": "B", "is_up": None})
            assert (status, said) == (200, {**own, "choice": "B", "thumbs": {"A": True}})
            phone.leave()
            phone.follow()
            phone.wait_for(lambda: phone.mine == said)
            phone.wait_for(lambda: phone.state["voters"] == 1)


def test_what_is_no_vote_is_refused_in_a_sentence(gateway: ScriptedGateway, hall: AppServer) -> None:
    gateway.when("Refuse", stream("Said"))
    with compare(hall) as tab:
        link = open_room(tab)
        tab.ask("Refuse")
        with Phone(link) as phone:
            phone.wait_for(lambda: phone.texts == ["Said", "Said"])
            own = {"round": phone.state["round"]["id"]}
            for said in (b"", b"[1]", b"{", b'{"a":' * 100_000, b"\xff", {**own, "choice": "A" * 600}):
                assert phone.post(said)[0] == http.client.BAD_REQUEST
            assert phone.post({**own, "choice": "A"}, Content_Type="text/plain")[0] == http.client.BAD_REQUEST
            wrong: list[dict[str, object]] = [
                {"choice": "C"},
                {"choice": ["A"]},
                {"choice": None},
                {"answer": "A", "is_up": 1},
                {},
            ]
            for change in wrong:
                status, answer = phone.post({**own, **change})
                assert (status, answer) == (http.client.CONFLICT, {"error": "This vote is closed."})
            assert phone.post({"round": {}, "choice": "A"})[0] == http.client.CONFLICT
            own_cookie = phone.cookie
            for made_up in ("", "audience=../../etc", f"audience={'x' * 22}", own_cookie.partition(".")[0]):
                phone.cookie = made_up
                assert phone.vote("A") == http.client.FORBIDDEN
            assert phone.state["voters"] == 0


def test_an_altered_cookie_is_nobodys_and_its_owner_gets_a_new_one(
    gateway: ScriptedGateway, hall: AppServer
) -> None:
    gateway.when("Forge", stream("Said"))
    with compare(hall) as tab:
        link = open_room(tab)
        tab.ask("Forge")
        with Phone(link) as phone, Phone(link) as forger:
            phone.wait_for_end()
            forger.wait_for_end()
            assert phone.vote("A") == http.client.OK
            name, _, signature = phone.cookie.partition(".")
            first = "y" if name[9] == "x" else "x"
            forger.cookie = f"{name[:9]}{first}{name[10:]}.{signature}"
            assert forger.vote("B") == http.client.FORBIDDEN
            assert "set-cookie" in forger.get()[1]
            assert forger.cookie not in (phone.cookie, "")
            assert forger.vote("B") == http.client.OK
            assert "set-cookie" not in forger.get()[1]
            phone.wait_for(lambda: phone.state["voters"] == 2)


def test_one_device_cannot_flood_a_room(gateway: ScriptedGateway, hall: AppServer) -> None:
    gateway.when("Flood", stream("Said"))
    with compare(hall) as tab:
        link = open_room(tab)
        tab.ask("Flood")
        with Phone(link) as phone, Phone(link) as other:
            phone.wait_for_end()
            other.wait_for_end()
            statuses = [phone.vote("A") for _ in range(125)]  # more than two minutes' worth of votes
            assert statuses[0] == http.client.OK
            assert http.client.TOO_MANY_REQUESTS in statuses
            assert other.vote("B") == http.client.OK


def test_a_script_that_makes_voters_is_slowed_and_nobody_else_is(
    gateway: ScriptedGateway, hall: AppServer
) -> None:
    gateway.when("Stuff the ballot", stream("Said"))
    at_once, a_second = NEWCOMER_RATE
    with compare(hall) as tab:
        link = open_room(tab)
        tab.ask("Stuff the ballot")
        keys = InstallationSecret(hall.data_dir / SECRET).keys(COOKIE)
        with Phone(link) as honest, Phone(link, "127.0.0.2") as script:
            honest.wait_for_end()
            script.wait_for_end()
            started, taken = time.monotonic(), 0
            refused: list[tuple[dict[str, str], bytes]] = []
            vote = json.dumps({"round": honest.state["round"]["id"], "choice": "A"}).encode()
            while len(refused) < 20:
                script.cookie = f"audience={new_cookie(keys)}"
                status, headers, said = script.send(vote)
                if status == http.client.TOO_MANY_REQUESTS:
                    refused.append((headers, said))
                else:
                    assert status == http.client.OK
                    taken += 1
            assert at_once <= taken <= at_once + a_second * (time.monotonic() - started) + 1
            assert {headers["retry-after"] for headers, _ in refused} == {"1"}
            assert all(b"Try again in a moment." in said for _, said in refused)
            assert honest.vote("B") == http.client.OK


def test_who_fills_a_room_with_streams_gives_one_up_for_a_newcomer(hall: AppServer) -> None:
    with compare(hall) as tab, ExitStack() as opened:
        link = open_room(tab)
        phones = [Phone(link, "127.0.0.2") for _ in range(505)]
        for phone in phones:
            opened.callback(phone.leave)
        streams = [phone.stream() for phone in phones]
        assert [each.status for each in streams] == [http.client.OK] * 500 + [
            http.client.SERVICE_UNAVAILABLE
        ] * 5
        assert streams[-1].headers["Retry-After"] == "30"
        with Phone(link) as newcomer, Phone(link, "127.0.0.3") as another:
            assert newcomer.state["answers"] == another.state["answers"] == []
            for left in streams[498:500]:
                assert b"event: state" in left.read()  # to its end


def test_model_text_is_inert_and_an_error_names_nobody(gateway: ScriptedGateway, hall: AppServer) -> None:
    said = {"error": {"message": "model-b is gone", "code": "model_not_found"}}
    gateway.when("Be hostile", by_model(model_a=stream(HOSTILE), model_b=error(503, said)))
    with compare(hall) as tab:
        link = open_room(tab)
        ask_blind(tab, "Be hostile")
        with Phone(link) as phone:
            phone.wait_for_end()
            [markup] = ["".join(a["blocks"]) for a in phone.state["answers"] if a["status"] == "done"]
            assert not re.search(r"<(script|img|iframe)|href=\"(?!https?:)", markup)
            assert "&lt;script&gt;" in markup
            assert b"model-b" not in phone.received


def test_the_room_sees_the_question_as_it_was_typed(gateway: ScriptedGateway, hall: AppServer) -> None:
    gateway.when("Look", stream("Said"))
    with compare(hall) as tab:
        link = open_room(tab)
        tab.ask("Look:\n  __init__ <b>\n\n```\ncode\n```")
        with Phone(link) as phone:
            phone.wait_for_end()
            assert phone.state["prompt"] == (
                '<div class="typed">Look:\n  __init__ &lt;b&gt;</div>\n'
                '<pre class="code" dir="ltr"><code>code</code></pre>\n'
            )


def test_an_answer_without_words_says_so_and_a_refusal_is_shown(
    gateway: ScriptedGateway, hall: AppServer
) -> None:
    refusing = deltas({"refusal": "I would rather not"})
    gateway.when("Be silent", by_model(model_a=stream(), model_b=refusing))
    with compare(hall) as tab:
        link = open_room(tab)
        tab.ask("Be silent")
        with Phone(link) as live:
            live.wait_for_end()
        with Phone(link) as later:
            later.wait_for_end()
        for phone in (live, later):
            assert phone.texts == ["", "I would rather not"]
            assert [answer["status"] for answer in phone.state["answers"]] == ["empty", "done"]


def test_a_room_has_a_short_address_until_it_closes(hall: AppServer) -> None:
    with compare(hall) as tab:
        link = open_room(tab)
        [typed] = re.findall(r"127\S+/room/[2-9A-Z]{6}\b", tab.text)
        token = urlsplit(link).path
        for address in (typed, typed.lower()):
            status, headers, _ = Phone(f"http://{address}").get()
            assert (status, headers["location"]) == (http.client.SEE_OTHER, token)
        wrong = typed[:-1] + ("2" if typed[-1] != "2" else "3")
        assert Phone(f"http://{wrong}").get()[0] == http.client.NOT_FOUND
        script = Phone(f"http://{wrong}", "127.0.0.4")
        tries = [script.get()[0] for _ in range(NEWCOMER_RATE[0] + 30)]
        assert tries[0] == http.client.NOT_FOUND
        assert tries[-1] == http.client.TOO_MANY_REQUESTS
        assert Phone(f"http://{typed}").get()[0] == http.client.SEE_OTHER
        tab.click("close_room")
        tab.wait_until_idle()
        assert Phone(f"http://{typed}").get()[0] == http.client.NOT_FOUND


def test_a_closed_room_lets_everybody_go_and_is_not_found_any_more(hall: AppServer) -> None:
    with compare(hall) as tab:
        link = open_room(tab)
        with Phone(link) as phone:
            tab.click("close_room")
            phone.wait_for(lambda: phone.events[-2:] == ["closed", "end"])
            tab.wait_until_idle()
            status, headers, body = phone.get()
            assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
            assert b"This room is closed" in body
            assert b'<html lang="zh-Hans">' in Phone(link, language="zh-CN").get()[2]
            assert phone.get("/events")[0] == http.client.NOT_FOUND
            assert phone.post({"round": "x", "choice": "A"})[0] == http.client.NOT_FOUND
        assert open_room(tab) != link


def test_a_room_closes_with_its_comparison(gateway: ScriptedGateway, hall: AppServer) -> None:
    gateway.when("Delete me", stream("Said"))
    with compare(hall) as tab:
        link = open_room(tab)
        tab.ask("Delete me")
        with Phone(link) as phone:
            phone.wait_for_end()
            tab.wait_until_idle()
            delete(tab)
            phone.wait_for(lambda: phone.events[-2:] == ["closed", "end"])
            assert phone.get()[0] == http.client.NOT_FOUND


@pytest.mark.parametrize("token", ["-", "x" * 22, "x" * 5000, "%20" * 22, "é" * 22])
def test_an_unknown_token_finds_a_friendly_page(hall: AppServer, token: str) -> None:
    phone = Phone(f"{hall.url}/room/{token.replace('é', '%C3%A9')}")
    status, _, body = phone.get()
    assert status == http.client.NOT_FOUND
    assert b"Traceback" not in body
    assert phone.get("/events")[0] == http.client.NOT_FOUND


def test_the_page_is_private_and_loads_nothing_of_others(hall: AppServer) -> None:
    with compare(hall) as tab:
        phone = Phone(open_room(tab))
        status, headers, page = phone.get()
    assert status == http.client.OK
    assert headers["cache-control"] == "no-store"
    assert "noindex" in headers["x-robots-tag"]
    assert "script-src 'self'" in headers["content-security-policy"]
    assert re.search(
        r"audience=[\w-]{22}(\.[\w-]+){2}; HttpOnly; .*Path=/room; SameSite=lax", headers["set-cookie"]
    )
    loaded = re.findall(r'(?:src|href)="(?!data:)([^"]*)"', page.decode())
    assert loaded == ["/room/-/room.css", "/room/-/room.js"]
    for path, kind in zip(loaded, ("text/css", "text/javascript"), strict=True):
        file = Phone(f"{hall.url}{path}")
        assert (file.get()[0], file.get()[1]["content-type"]) == (200, f"{kind}; charset=utf-8")
    assert Phone(f"{hall.url}/room/-/room.py").get()[0] == http.client.NOT_FOUND


def test_without_sharing_there_is_no_room_and_no_button(hall: AppServer, site: AppServer) -> None:
    with PageSocket(site.url, "models=model-a,model-b", "compare") as tab:
        tab.wait_until_idle()
        assert tab.tree.find("open_room") is None
    with compare(hall) as tab:
        token = open_room(tab).rpartition("/")[2]
    assert Phone(f"{site.url}/room/{token}").get()[0] == http.client.NOT_FOUND


def test_a_restart_keeps_room_round_and_votes_and_does_not_wait_for_phones(tmp_path: Path) -> None:
    with (
        ScriptedGateway() as gateway,
        AppServer(tmp_path / "data", gateway.base_url, CHAT_SHARING="on", CHAT_GRACE_SECONDS="0") as app,
    ):
        gateway.when("Outlive", stream("Said"))
        with compare(app) as tab:
            link = open_room(tab)
            ask_blind(tab, "Outlive")
            with Phone(link) as phone:
                phone.wait_for(lambda: phone.texts == ["Said", "Said"])
                assert phone.vote("A") == http.client.OK
                address, cookie, shown = tab.address, phone.cookie, phone.state["round"]
                tab.wait_until_idle()
                tab.close()
                app.stop()
                phone.wait_for(lambda: phone.events[-1] == "end")
                assert "closed" not in phone.events
        app.start()
        again = Phone(link)
        again.cookie = cookie
        with again, compare(app, address) as tab:
            assert again.state["round"] == shown
            assert (again.mine["choice"], again.state["voters"]) == ("A", 1)
            assert again.titles == ["Answer A", "Answer B"]
            tab.wait_for_text("1 voted")
