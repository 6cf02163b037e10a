"""The doctor, against servers that are well and servers that are not."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from lib.domain.models.capabilities import Capability
from lib.domain.models.connection import Connection, Secret
from lib.domain.models.diagnosis import Finding, Verdict
from lib.domain.people.people import LOCAL
from lib.engine.engine import Engine
from lib.engine.lookups.doctor import Examination
from lib.gateway.probes import connection_probes, probe
from lib.store import Store
from tests.patience import PATIENCE
from tests.scripted_gateway import Gate, ScriptedGateway, error, hang_up, raw, silence, stream
from tests.scripted_gateway.models import able
from tests.scripted_gateway.replies import Script

KEY = "sk-scripted0123456789"
Examine = Callable[..., dict[str, Finding]]
PASS, FAIL, NOT_SUPPORTED, SKIPPED = Verdict.PASS, Verdict.FAIL, Verdict.NOT_SUPPORTED, Verdict.SKIPPED
DASHBOARD = raw(b"<!doctype html><title>New API</title>", headers={"Content-Type": "text/html"})


@pytest.fixture
def examine(engine: Engine, gateway: ScriptedGateway, connection: Connection) -> Examine:
    """Examines the scripted gateway with a model like this, to the end; returns the findings by name."""

    def run(
        script: Script | None = None, *, connection: Connection = connection, model: str | None = None
    ) -> dict[str, Finding]:
        gateway.answer_chats(script or able())
        examination = engine.doctor.examine(LOCAL, connection, model)
        assert examination.wait_closed(3 * PATIENCE)
        assert examination.problem is None
        return {finding.name: finding for finding in examination.findings}

    return run


def verdicts(findings: dict[str, Finding], *names: str) -> list[Verdict]:
    return [findings[name].verdict for name in names]


def test_a_server_where_all_is_well_passes_every_check(examine: Examine, engine: Engine) -> None:
    findings = examine()
    assert list(findings) == [check.name for check in engine.doctor.checks]
    assert {name for name, finding in findings.items() if finding.verdict is not PASS} == {"tls"}
    assert str(findings["models"].meaning) == "3 models, 2 for chat. model-a is asked here."
    assert "pieces over" in str(findings["streaming"].meaning)
    assert str(findings["tools"].meaning) == "The model called get_weather."


def test_it_takes_no_more_requests_than_it_says(
    examine: Examine, engine: Engine, gateway: ScriptedGateway
) -> None:
    examine()
    assert len(gateway.requests) == engine.doctor.cost.requests


@pytest.mark.parametrize(
    ("part", "capability"),
    [
        ("stop", Capability.STOP),
        ("max_tokens", Capability.MAX_TOKENS),
        ("system", Capability.SYSTEM_ROLE),
        ("image", Capability.VISION),
        ("response_format", Capability.JSON_MODE),
        ("tools", Capability.TOOLS),
        ("reasoning_effort", Capability.REASONING),
        ("stream_options", Capability.STREAM_USAGE),
        ("stream", Capability.STREAMING),
    ],
)
def test_what_a_model_refuses_is_not_supported_and_kept(
    part: str, capability: Capability, examine: Examine, store: Store, connection: Connection
) -> None:
    findings = examine(able(refuses=(part,)))
    finding = findings[capability.value]
    assert finding.verdict is NOT_SUPPORTED
    assert finding.advice
    known = store.capabilities.of(connection.base_url)["model-a"]
    assert capability in known.missing
    assert findings["chat"].verdict is PASS
    assert Verdict.FAIL not in {each.verdict for each in findings.values()}


def test_what_a_model_accepts_and_ignores_is_not_supported_either(examine: Examine) -> None:
    ignored = ("stop", "max_tokens", "image", "response_format", "tools", "reasoning_effort")
    findings = examine(able(ignores=ignored))
    names = ("stop", "max_tokens", "vision", "json_mode", "tools", "reasoning")
    assert verdicts(findings, *names) == [NOT_SUPPORTED] * 6
    assert findings["system_role"].verdict is PASS


def test_a_stream_that_was_held_back_arrives_at_once(examine: Examine) -> None:
    finding = examine(able(arrives_at_once=True))["streaming"]
    assert finding.verdict is NOT_SUPPORTED
    assert "arrived at once" in str(finding.meaning)
    assert "proxy_buffering" in str(finding.advice)


@pytest.mark.parametrize(("tail", "right"), [("", "/v1"), ("/v1/v1", "/v1"), ("/console/token", "/v1")])
def test_a_wrong_address_is_told_with_the_right_one(
    tail: str, right: str, examine: Examine, gateway: ScriptedGateway
) -> None:
    for page in ("/models", "/console/token/models"):
        gateway.answer_page(page, DASHBOARD)
    site = gateway.base_url.removesuffix("/v1")
    findings = examine(connection=Connection(site + tail, Secret(KEY)))
    assert findings["base_url"].verdict is FAIL
    assert str(findings["base_url"].advice) == f"Set KKIAI_BASE_URL={site}{right}"
    assert verdicts(findings, "key", "models", "chat", "vision", "clock") == [SKIPPED] * 5
    assert str(findings["vision"].meaning) == "“Base URL” has to pass first."


def test_a_server_that_is_no_api_at_all_is_told(examine: Examine, gateway: ScriptedGateway) -> None:
    gateway.answer_models(DASHBOARD)
    for path in ("/api/v1/models", "/openai/v1/models", "/api/models"):
        gateway.answer_page(path, DASHBOARD)
    finding = examine(DASHBOARD)["base_url"]
    assert finding.verdict is FAIL
    assert str(finding.meaning).startswith("There is no API at")


def test_a_name_that_nobody_has_and_a_closed_port_are_told_apart(examine: Examine) -> None:
    nobody = examine(connection=Connection("http://no-such-host.invalid/v1"))
    assert (nobody["name_resolution"].verdict, nobody["base_url"].verdict) == (FAIL, SKIPPED)
    closed = examine(connection=Connection("http://127.0.0.1:9/v1"))
    assert (closed["name_resolution"].verdict, closed["base_url"].verdict) == (PASS, FAIL)
    assert "refused the connection" in str(closed["base_url"].meaning)


def test_a_server_that_speaks_no_tls_fails_that_check(
    examine: Examine, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_probes, "CONNECT_SECONDS", 0.5)
    findings = examine(connection=Connection(gateway.base_url.replace("http:", "https:")))
    assert verdicts(findings, "tls", "base_url") == [FAIL, SKIPPED]


def test_a_wrong_key_fails_and_is_repeated_nowhere(examine: Examine, gateway: ScriptedGateway) -> None:
    said = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}
    gateway.answer_models(error(401, said))
    findings = examine()
    assert verdicts(findings, "base_url", "key", "models", "chat") == [PASS, FAIL, SKIPPED, SKIPPED]
    assert KEY not in str(findings)
    assert str(findings["key"].advice).startswith("Check the API key")


def test_without_a_key_nothing_more_is_asked_of_a_server_that_wants_one(
    examine: Examine, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.domain.models.connection._SYNSTAR_HOSTS", {"127.0.0.1"})
    findings = examine(connection=Connection(gateway.base_url))
    assert str(findings["key"].meaning) == "No API key is set."
    assert len(gateway.requests) == 1


def test_a_model_that_is_not_listed_is_asked_anyway_and_others_are_proposed(examine: Examine) -> None:
    findings = examine(model="model-bb")
    assert str(findings["models"].advice) == "If it does not answer, try model-b, model-a."
    assert findings["chat"].verdict is PASS


def test_a_server_without_a_list_is_examined_with_a_named_model(
    examine: Examine, gateway: ScriptedGateway
) -> None:
    gateway.answer_models(error(404, {"detail": "Not Found"}))
    for path in ("/api/v1/models", "/openai/v1/models", "/api/models"):
        gateway.answer_page(path, error(404, {"detail": "Not Found"}))
    bad_request = error(400, {"error": {"message": "messages is required"}})
    findings = examine(lambda r: (able() if r.body else bad_request)(r), model="model-a")
    assert verdicts(findings, "base_url", "models", "chat", "vision") == [PASS, NOT_SUPPORTED, PASS, PASS]


def test_an_empty_account_fails_the_chat_and_spends_no_more_requests(
    examine: Examine, gateway: ScriptedGateway
) -> None:
    said = {"error": {"message": "Insufficient Balance", "code": "insufficient_quota"}}
    findings = examine(error(402, said))
    assert findings["chat"].verdict is FAIL
    assert str(findings["chat"].advice).startswith("Top up")
    assert len(gateway.requests) == 2


def test_a_rate_limit_in_between_is_no_verdict_on_the_model(
    examine: Examine, store: Store, connection: Connection
) -> None:
    limited = error(429, {"error": {"message": "Rate limit reached for requests"}})
    findings = examine(lambda r: (limited if "tools" in r.body else able())(r))
    assert findings["tools"].verdict is SKIPPED
    known = store.capabilities.of(connection.base_url)["model-a"]
    assert Capability.TOOLS not in known.shown | known.missing


def test_a_proxy_that_takes_only_small_requests_is_told(examine: Examine) -> None:
    finding = examine(able(largest_body=100_000))["request_size"]
    assert finding.verdict is FAIL
    assert str(finding.meaning) == "A request of 0.95 MB is refused: 413 Request Entity Too Large."
    assert "client_max_body_size" in str(finding.advice)


@pytest.mark.parametrize(
    ("hours", "meaning"),
    [(3, "This machine's clock is 3 hours behind"), (-3, "This machine's clock is 3 hours ahead")],
)
def test_a_clock_that_is_wrong_is_told(hours: int, meaning: str, examine: Examine) -> None:
    finding = examine(able(clock_is_off=timedelta(hours=hours)))["clock"]
    assert finding.verdict is FAIL
    assert str(finding.meaning).startswith(meaning)


def test_a_server_that_does_not_answer_is_given_up(
    examine: Examine, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.1)
    gateway.answer_models(silence())
    finding = examine()["base_url"]
    assert finding.verdict is FAIL
    assert "did not answer in time" in str(finding.meaning)


def test_a_stream_that_is_cut_fails(examine: Examine) -> None:
    findings = examine(lambda r: (hang_up() if r.wants_stream else able())(r))
    assert verdicts(findings, "chat", "streaming", "stream_usage") == [PASS, FAIL, SKIPPED]


def hold(gateway: ScriptedGateway) -> Gate:
    """Let the chat of the next examination wait."""
    gate = Gate()
    gateway.enqueue(stream("ok", hold=gate))
    return gate


def begun(engine: Engine, connection: Connection, gate: Gate) -> Examination:
    """An examination that has come to its chat."""
    examination = engine.doctor.examine(LOCAL, connection)
    assert gate.reached.wait(PATIENCE)
    return examination


def test_whoever_looks_sees_the_same_examination(
    engine: Engine, gateway: ScriptedGateway, connection: Connection
) -> None:
    gateway.answer_chats(able())
    gate = hold(gateway)
    examination = begun(engine, connection, gate)
    assert engine.doctor.examine(LOCAL, connection) is examination
    assert engine.doctor.last(LOCAL, connection) is examination
    assert engine.doctor.last(LOCAL, Connection(gateway.base_url, Secret("sk-other"))) is None
    assert [finding.name for finding in examination.findings][-1] == "models"
    gate.open()
    assert examination.wait_closed(PATIENCE)
    assert engine.doctor.examine(LOCAL, connection) is not examination


def test_a_stopped_examination_closes_its_request_and_keeps_what_it_found(
    engine: Engine, gateway: ScriptedGateway, connection: Connection, store: Store
) -> None:
    examination = begun(engine, connection, hold(gateway))
    engine.doctor.stop(examination)
    assert examination.wait_closed(PATIENCE)
    assert examination.was_stopped
    assert gateway.wait_for_request(2).closed.wait(PATIENCE)
    assert [finding.name for finding in examination.findings][-1] == "models"
    assert store.capabilities.of(connection.base_url) == {}
