"""What whoever runs a server sees of it: whether it can serve, its figures, its log, and how it stops."""

import json
import os
import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from lib.app import DATABASE, FILES
from lib.domain.reply.errors import Category
from lib.store import Store
from tests.app_server import ROOT, AppServer, cold
from tests.page_socket import PageSocket
from tests.postgres import Server
from tests.scripted_gateway import ScriptedGateway, error, stream
from tests.server.chat_page import ask, ask_half, see_half
from tests.server.conftest import API_KEY
from tests.store.fresh import made_in
from tests.visitor import Answer, Visitor

TOKEN = "scrape-0123456789"
LONG = "An answer that nobody finds in a log"
DASHBOARD, ALERTS = ROOT / "deploy/grafana/dashboard.json", ROOT / "deploy/prometheus/alerts.yml"
FOREIGN_METRICS = {"up"}
"""Prometheus' own."""
FOREIGN_LABELS = {"instance", "job", "le"}
"""Prometheus adds them, or each histogram has them."""
NAME = re.compile(r"\b(?:chat|process)_[a-z_]+\b|\bup\b")


@dataclass(frozen=True, slots=True)
class Watched:
    """A server that has answered, that has failed to, and that was asked in every wrong way."""

    server: AppServer
    metrics: dict[str, Metric]

    def value(self, name: str, **labels: str) -> float:
        """A figure, that of all samples with these labels."""
        samples = [sample for metric in self.metrics.values() for sample in metric.samples]
        return sum(
            sample.value
            for sample in samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


def scraped(server: AppServer) -> dict[str, Metric]:
    """The figures, as Prometheus reads them."""
    answer = Visitor(server.url).get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert answer.status == 200
    return {metric.name: metric for metric in text_string_to_metric_families(answer.text)}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Started as a service manager does it: nothing is imported yet, nothing but the log is printed."""
    options = {
        "CHAT_METRICS_TOKEN": TOKEN,
        "CHAT_LOG_FORMAT": "json",
        "KKIAI_API_KEY": API_KEY,
        "STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE": "true",
    }
    with pytest.MonkeyPatch.context() as patch, ScriptedGateway() as gateway:
        patch.setattr(AppServer, "launch", staticmethod(cold))
        with AppServer(tmp_path_factory.mktemp("watched") / "data", gateway.base_url, **options) as server:
            gateway.when("Say it", stream(LONG, " twice", delay=0.2))
            gateway.when("Fail", error(401, {"error": {"message": "Incorrect API key"}}))
            with PageSocket(server.url) as tab:
                ask(tab, "Say it")
                ask(tab, "Fail")
                yield Watched(server, scraped(server))


def test_a_process_that_can_serve_says_so_while_the_gateway_is_down(island: AppServer) -> None:
    visitor = Visitor(island.url)
    assert (visitor.get("/live").status, visitor.get("/live").text) == (200, "ok\n")
    assert json.loads(visitor.get("/ready").text) == {"ready": True, "reason": None}


def test_a_process_that_cannot_store_images_is_alive_but_not_ready(
    gateway: ScriptedGateway, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILES).write_text("A file where the folder should be")
    with AppServer(tmp_path / "data", gateway.base_url) as server:
        visitor = Visitor(server.url)
        assert visitor.get("/live").status == 200
        assert unready(visitor.get("/ready")) == "Images cannot be stored."
        with closing(Store(tmp_path / "data" / DATABASE)) as store, store._database.write() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        assert unready(visitor.get("/ready")) == "The database is of an older version of this app."


def unready(answer: Answer) -> str:
    """Why a process is not ready."""
    assert answer.status == 503
    said = json.loads(answer.text)
    assert said["ready"] is False
    return str(said["reason"])


def test_figures_are_told_only_to_whoever_has_the_token(watched: Watched, site: AppServer) -> None:
    visitor = Visitor(watched.server.url)
    for wrong in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer ü"},
    ):
        answer = visitor.get("/metrics", **wrong)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert Visitor(site.url).get("/metrics", Authorization="Bearer ").status == 404


def test_replies_are_counted_by_model_and_state_with_their_times_and_tokens(watched: Watched) -> None:
    assert watched.value("chat_replies_total", state="completed", model="model-a") == 1
    assert watched.value("chat_replies_total", state="failed", model="model-a") == 1
    assert watched.value("chat_reply_errors_total", category=Category.INVALID_KEY) == 1
    assert watched.value("chat_reply_errors_total") == 1
    assert watched.value("chat_time_to_first_token_seconds_count", model="model-a") == 1
    assert watched.value("chat_longest_gap_seconds_count") == 1
    for kind in ("prompt", "completion"):
        assert watched.value("chat_tokens_total", model="model-a", kind=kind, source="reported") > 0
    assert watched.value("chat_journal_write_seconds_count") > 0
    assert watched.value("chat_open_tabs") == watched.value("chat_ready") == 1
    assert watched.value("chat_running_replies") == watched.value("chat_followers") == 0
    assert watched.value("chat_database_connections_limit") > watched.value(
        "chat_database_connections_in_use"
    )


def expressions(file: Path) -> list[str]:
    """The queries of the dashboard, or of the alert rules."""
    if file == ALERTS:
        rules = yaml.safe_load(file.read_text("utf-8"))["groups"][0]["rules"]
        return [rule["expr"] for rule in rules]
    return list(_queries(json.loads(file.read_text("utf-8"))))


def _queries(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (part[key] for key in ("expr", "query") if isinstance(part.get(key), str))
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _queries(inner)


def unknown(queries: Iterable[str], metrics: dict[str, Metric]) -> set[str]:
    """The metrics and labels of queries that a server does not print."""
    samples = [sample for metric in metrics.values() for sample in metric.samples]
    names = {sample.name for sample in samples} | FOREIGN_METRICS
    labels = {label for sample in samples for label in sample.labels} | FOREIGN_LABELS
    found = set[str]()
    for query in queries:
        found |= {*NAME.findall(query)} - names
        grouped = ", ".join(re.findall(r"\bby \(([^)]*)\)", query))
        matched = re.findall(r"(\w+)=~?\"", query)
        found |= {*re.findall(r"\w+", grouped), *matched} - labels
    return found


@pytest.mark.parametrize("file", [DASHBOARD, ALERTS], ids=lambda file: file.name)
def test_dashboard_and_alerts_ask_for_what_there_is(watched: Watched, file: Path) -> None:
    queries = expressions(file)
    assert len(queries) > 5
    assert unknown(queries, watched.metrics) == set()
    assert unknown(["sum by (colour) (chat_mood_total)"], watched.metrics) == {"colour", "chat_mood_total"}


def test_every_figure_of_ours_is_on_the_dashboard(watched: Watched) -> None:
    shown = set(NAME.findall(" ".join(expressions(DASHBOARD))))
    ours = {name for name in watched.metrics if name.startswith("chat_")}
    assert {name for name in ours if not any(each.startswith(name) for each in shown)} == set()


def test_the_log_is_json_line_by_line_and_ends_with_an_orderly_stop(watched: Watched) -> None:
    server = watched.server
    Visitor(server.url).get("/", Host="evil.example\x85forged")
    assert server.stop() == 0
    lines = [json.loads(line) for line in server.log.splitlines()]
    assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in lines)
    [refused] = [line for line in lines if line["logger"] == "lib.web.gate"]
    assert re.fullmatch(r"[0-9a-f]{16}", refused["request_id"])
    assert "evil.example" in refused["event"]
    for secret in (API_KEY, TOKEN, LONG, "Say it"):
        assert secret not in server.log
    with closing(Store(server.data_dir / DATABASE)) as store:
        assert store.processes.beats() == {}


def says_restart(tab: PageSocket) -> bool:
    return "The server restarts." in tab.alerts


def test_a_process_that_stops_beside_others_sends_its_pages_to_them(
    postgres: Server, gateway: ScriptedGateway, tmp_path: Path
) -> None:
    shared = {"CHAT_DATABASE_URL": made_in(postgres), "CHAT_GRACE_SECONDS": "600"}
    with (
        AppServer(tmp_path / "one", gateway.base_url, **shared) as one,
        AppServer(tmp_path / "other", gateway.base_url, **shared) as other,
    ):
        with PageSocket(one.url) as tab:
            gate = ask_half(gateway, tab, "Go on elsewhere")
            os.kill(one.pid, signal.SIGTERM)
            tab.wait_for(partial(says_restart, tab), "The banner")
            assert unready(Visitor(one.url).get("/ready")) == "The server is about to stop."
            tab.wait_until_closed()
        with PageSocket(other.url, tab.address) as moved:
            see_half(moved)
            assert "restarts" not in moved.alerts
            gate.open()
            moved.wait_for_answer("One two three")
            assert one.wait() == 0
            moved.wait_until_idle()
            gateway.when("Still here?", stream("Yes"))
            ask(moved, "Still here?")
            assert moved.answer == "Yes"
        with closing(Store(shared["CHAT_DATABASE_URL"])) as store:
            assert len(store.processes.beats()) == 1, "only the lease of the other process is left"
    assert not one.traceback, one.traceback


def test_pages_that_are_being_opened_when_the_server_stops_open_all_the_same(
    gateway: ScriptedGateway, tmp_path: Path
) -> None:
    options = {"CHAT_GRACE_SECONDS": "600"}
    with AppServer(tmp_path / "data", gateway.base_url, **options) as server, ExitStack() as stack:
        tab = stack.enter_context(PageSocket(server.url))
        gate = ask_half(gateway, tab, "Stay here")
        opened = [stack.enter_context(PageSocket(server.url, tab.address)) for _ in range(10)]
        os.kill(server.pid, signal.SIGTERM)
        for page in (tab, *opened):
            page.wait_for(partial(says_restart, page), "The banner")
            see_half(page)
        gate.open()
        assert server.wait() == 0
