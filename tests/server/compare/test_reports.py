"""The report of a comparison, of a deck's run and of a recording; no links where sharing is off."""

import http.client
from datetime import UTC, datetime, timedelta

from lib.app import DATABASE
from lib.domain.comparison.recordings import RecordingKind
from lib.domain.people.people import LOCAL
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, by_model, stream
from tests.server.compare.test_decks import open_decks, wait_for_cells, write_deck


def open_report(tab: PageSocket) -> None:
    tab.wait_for(lambda: tab.tree.find("report") is not None, "The button")
    tab.wait_until_idle()
    tab.click("report")
    see_report(tab)


def see_report(tab: PageSocket) -> None:
    tab.wait_for(lambda: tab.tree.find("report_json") is not None, "The report")
    tab.wait_until_idle()
    labels = [n.proto.label for n in tab.tree.nodes("download_button") if n.key.startswith("report_")]
    assert labels == ["HTML", "Markdown", "CSV", "JSON"]
    assert tab.tree.find("share") is None


def test_a_comparison_has_one(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when("Report this", by_model(model_a=stream("One."), model_b=stream("Two.")))
    with PageSocket(site.url, "models=model-a,model-b", "compare") as tab:
        tab.ask("Report this")
        open_report(tab)
        assert "This report contains 1 prompt, 2 answers" in tab.text


def test_the_run_of_a_deck_has_one(upstream: ScriptedGateway, site: AppServer) -> None:
    prompts = "Report the first", "Report the second"
    for prompt in prompts:
        upstream.when(prompt, stream("Yes."))
    with open_decks(site) as tab:
        write_deck(tab, *prompts)
        tab.click("run_deck")
        tab.wait_until_idle()
        wait_for_cells(tab, *["Yes."] * 4)
        tab.tick("deck_grid")
        open_report(tab)
        assert "This report contains 2 prompts, 4 answers" in tab.text


def test_a_recording_has_one_in_the_language_of_who_makes_it(site: AppServer) -> None:
    store = Store(site.data_dir / DATABASE)
    [found, *_] = [
        one for one in store.of(LOCAL).recordings.latest(100) if one.kind is RecordingKind.COMPARISON
    ]
    store.close()
    chinese = {"Accept-Language": "zh-CN"}
    with PageSocket(site.url, f"recording={found.id}", "recordings", chinese) as tab:
        tab.click("report")
        see_report(tab)
        assert "此报告包含 1 条提示词" in tab.text
        page, text = tab.download("report_html").decode(), tab.download("report_markdown").decode()
    assert '<html lang="zh-Hans">' in page
    assert "录制于" in page
    assert "录制于" in text


def test_no_link_is_served(site: AppServer) -> None:
    store, now = Store(site.data_dir / DATABASE), datetime.now(UTC)
    store.of(LOCAL).shares.add(
        "token", "<p>secret</p>", source_id="s", title="t", created_at=now, expires_at=now + timedelta(1)
    )
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.request("GET", "/share/token")
    answer = connection.getresponse()
    assert answer.status == 404
    assert b"secret" not in answer.read()
    assert [one.views for one in store.of(LOCAL).shares.of("s", now)] == [0]
    connection.close()
    store.close()
