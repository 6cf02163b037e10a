"""Where sharing is off, no link is offered and none works."""

import http.client
from datetime import UTC, datetime, timedelta

from lib.app import DATABASE
from lib.store import Store
from tests.app_server import AppServer
from tests.page_socket import PageSocket
from tests.scripted_gateway import ScriptedGateway, by_model, stream


def test_a_report_has_files_but_no_links(upstream: ScriptedGateway, site: AppServer) -> None:
    upstream.when("Report this", by_model(model_a=stream("One."), model_b=stream("Two.")))
    with PageSocket(site.url, "models=model-a,model-b", "compare") as tab:
        tab.ask("Report this")
        tab.wait_for(lambda: tab.tree.find("report") is not None, "The button")
        tab.wait_until_idle()
        tab.click("report")
        tab.wait_until_idle()
        labels = [node.proto.label for node in tab.tree.nodes("download_button")]
        assert labels == ["HTML", "Markdown", "CSV", "JSON"]
        assert "What leaves: 1 prompt, 2 answers" in tab.text
        assert tab.tree.find("share") is None


def test_no_link_is_served(site: AppServer) -> None:
    store, now = Store(site.data_dir / DATABASE), datetime.now(UTC)
    store.shares.add(
        "token", "<p>secret</p>", source_id="s", title="t", created_at=now, expires_at=now + timedelta(1)
    )
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.request("GET", "/share/token")
    answer = connection.getresponse()
    assert answer.status == 404
    assert b"secret" not in answer.read()
    assert [one.views for one in store.shares.of("s", now)] == [0]
    connection.close()
    store.close()
