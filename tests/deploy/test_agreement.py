"""The files in `deploy/` say what the app and the documents say: variables, versions, paths, limits."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from lib.config import VARIABLES, VERSION
from tests.app_server import ROOT
from tests.deploy.tools import DEPLOY

FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
PROXIES = sorted((DEPLOY / "proxy").iterdir())
OURS = {variable.name for variable in VARIABLES}
OTHERS = re.compile(r"PYTHON\w+|PIP_\w+|POSTGRES_\w+|PROXY_\w+|CADDY_IMAGE|LOCAL_MODEL")
"""Of Python, of PostgreSQL, and of the samples themselves."""
NAME = re.compile(r"(?<![\w.{/])(?:\$\{)?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b")


def manifests() -> list[dict[str, Any]]:
    files = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    return [each for file in files for each in yaml.safe_load_all(file.read_text("utf-8"))]


def pod() -> dict[str, Any]:
    [deployment] = [each for each in manifests() if each["kind"] == "Deployment"]
    return dict(deployment["spec"]["template"]["spec"])


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_variable_is_one_of_ours_or_of_what_it_is_for(file: Path) -> None:
    named = {name for name in NAME.findall(file.read_text("utf-8")) if not OTHERS.fullmatch(name)}
    known = {f"STREAMLIT_{group}_{name}".upper() for group, names in settings().items() for name in names}
    constants = {"AF_INET", "AF_INET6", "AF_UNIX", "NET_BIND_SERVICE"}
    assert named - OURS - known - constants == set()


def test_a_variable_that_is_not_ours_is_found() -> None:
    text = "CHAT_NO_SUCH=1 ${CHAT_X:-3} /run/A_B {$PROXY_HOST:x}"
    assert NAME.findall(text) == ["CHAT_NO_SUCH", "CHAT_X", "PROXY_HOST"]


def test_the_image_has_the_python_that_is_promised_and_the_version_that_is_released() -> None:
    [python] = re.findall(r"^ARG PYTHON=python:(3\.\d+)\.", (DEPLOY / "Dockerfile").read_text("utf-8"), re.M)
    assert f"Python {python} or newer" in (ROOT / "README.md").read_text("utf-8")
    [container] = pod()["containers"]
    assert container["image"].endswith(f":{VERSION}")


def test_whoever_stops_a_process_waits_for_its_replies() -> None:
    [grace] = [float(each.default) for each in VARIABLES if each.name == "CHAT_GRACE_SECONDS"]
    unit = (DEPLOY / "systemd" / "chat@.service").read_text("utf-8")
    [told] = re.findall(r"^TimeoutStopSec=(\S+)$", unit, re.M)
    patience = [pod()["terminationGracePeriodSeconds"], seconds(told)]
    for file in DEPLOY.glob("compose*.yaml"):
        service = yaml.safe_load(file.read_text("utf-8"))["services"]["chat"]
        patience.append(seconds(service["stop_grace_period"]))
    assert len(patience) == 4
    assert min(patience) > grace + 5


def test_probes_and_health_checks_ask_what_tells_them() -> None:
    [container] = pod()["containers"]
    asked = {"startupProbe": "/live", "livenessProbe": "/live", "readinessProbe": "/ready"}
    assert {probe: container[probe]["httpGet"]["path"] for probe in asked} == asked
    assert "8501/live" in (DEPLOY / "Dockerfile").read_text("utf-8")
    for proxy in ("haproxy.cfg", "Caddyfile"):
        assert "/ready" in (DEPLOY / "proxy" / proxy).read_text("utf-8")


@pytest.mark.parametrize("proxy", PROXIES, ids=lambda proxy: proxy.name)
def test_every_proxy_keeps_a_browser_at_one_process_and_hides_the_metrics(proxy: Path) -> None:
    text = proxy.read_text("utf-8")
    assert "chat_node" in text
    assert "/metrics" in text
    largest = settings()["server"]["maxUploadSize"]
    [allowed] = re.findall(r"(?:max_size|client_max_body_size|content-length\) gt) (\d+)", text)
    assert largest < int(allowed[:3]) <= largest * 1.1


def test_kubernetes_does_too() -> None:
    [ingress] = [each for each in manifests() if each["kind"] == "Ingress"]
    said = {name.rpartition("/")[2]: value for name, value in ingress["metadata"]["annotations"].items()}
    assert (said["affinity"], said["proxy-buffering"]) == ("cookie", "off")
    [rule] = ingress["spec"]["rules"]
    led = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert led == {"/": "chat", "/metrics": "nobody"}
    services = {each["metadata"]["name"]: each["spec"] for each in manifests() if each["kind"] == "Service"}
    assert "selector" not in services["nobody"]
