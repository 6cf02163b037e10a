"""The files in `deploy/` are valid: each is checked by the program that will read it."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.tools import DEPLOY, found, rendered, run

PROXY = DEPLOY / "proxy"
MOST_EXPOSED = 30
"""What `systemd-analyze security` may say, of 100: it prints a tenth of that."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key in one file, for nobody."""
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", "-", "-out", "-")
    file.write_bytes(subprocess.run([found("openssl"), *made], check=True, capture_output=True).stdout)
    return file


def test_haproxy_takes_its_sample(certificate: Path, tmp_path: Path) -> None:
    file = tmp_path / "haproxy.cfg"
    file.write_text(rendered(PROXY / "haproxy.cfg", {"/etc/haproxy/chat.example.com.pem": str(certificate)}))
    assert "WARNING" not in run("haproxy", "-c", "-f", str(file))


def test_nginx_takes_its_sample(certificate: Path, tmp_path: Path) -> None:
    places = {f"/etc/ssl/chat.example.com/{name}.pem": str(certificate) for name in ("fullchain", "privkey")}
    (tmp_path / "chat.conf").write_text(rendered(PROXY / "nginx.conf", places))
    file = tmp_path / "nginx.conf"
    file.write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n access_log off;\n include {tmp_path}/chat.conf;\n}}\n"
    )
    assert "[warn]" not in run("nginx", "-t", "-e", "stderr", "-c", str(file))


def test_caddy_takes_its_sample_with_and_without_the_variables_of_compose() -> None:
    proxy = yaml.safe_load((DEPLOY / "compose.scale.yaml").read_text("utf-8"))["services"]["proxy"]
    variables = {**proxy["environment"], "PROXY_HOST": "chat.test"}
    assert set(variables) == {"PROXY_HOST", "PROXY_UPSTREAMS"}
    arguments = ("--adapter", "caddyfile", "--config", str(PROXY / "Caddyfile"))
    for given in ({}, variables):
        assert "Valid configuration" in run("caddy", "validate", *arguments, **given)
    adapted = run("caddy", "adapt", *arguments, **variables)
    assert '"source":"a"' in adapted.replace(" ", "")
    assert '"refresh":5000000000' in adapted.replace(" ", "")


@pytest.mark.parametrize("name", ["compose.yaml", "compose.scale.yaml"])
def test_compose_takes_its_files(name: str) -> None:
    given = {"PROXY_HOST": "chat.test", "CHAT_ALLOWED_HOSTS": "chat.test", "REPLICAS": "5"}
    whole = yaml.safe_load(run("docker-compose", "-f", str(DEPLOY / name), "config", **given))
    chat = whole["services"]["chat"]
    assert chat["environment"]["CHAT_ALLOWED_HOSTS"] == "chat.test"
    assert chat.get("deploy", {"replicas": 1})["replicas"] == (5 if "proxy" in whole["services"] else 1)


def test_systemd_takes_the_unit_and_finds_little_exposed(tmp_path: Path) -> None:
    unit = tmp_path / "chat@8501.service"
    streamlit = {"/opt/synstar-chat/.venv/bin/streamlit": found("streamlit")}
    unit.write_text(rendered(DEPLOY / "systemd" / "chat@.service", streamlit))
    assert run("systemd-analyze", "verify", str(unit)) == ""
    run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit))


def test_kubernetes_takes_its_manifests() -> None:
    files = sorted(map(str, (DEPLOY / "kubernetes").glob("*.yaml")))
    said = run("kubernetes-validate", "--strict", *files)
    for kind in ("deployment", "ingress", "networkpolicy", "poddisruptionbudget", "secret", "service"):
        assert f"resource {kind}/" in said


def test_the_dockerfile_has_no_fault() -> None:
    assert run("hadolint", str(DEPLOY / "Dockerfile")) == ""
