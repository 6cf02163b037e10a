"""The container can do little, whatever runs in it: what the Dockerfile and the files for compose ask for."""

import re
from typing import Any

import pytest
import yaml

from tests.app_server import ROOT
from tests.deploy.tools import DEPLOY

ONE, SCALE = "compose.yaml", "compose.scale.yaml"


def compose(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / name).read_text("utf-8")))


def chat(name: str) -> dict[str, Any]:
    """The app's service."""
    return dict(compose(name)["services"]["chat"])


def instructions(name: str) -> list[str]:
    """What stands behind each use of an instruction of the Dockerfile."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text("utf-8"))
    return re.findall(rf"^{name} (.*)$", text, re.M)


def test_all_stages_are_made_from_one_image_of_the_python_that_is_tested() -> None:
    bases = [base.partition(" AS ")[0] for base in instructions("FROM")]
    assert bases == ["${PYTHON}", "${PYTHON}"]
    [base] = [each.removeprefix("PYTHON=") for each in instructions("ARG") if each.startswith("PYTHON=")]
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base)


def test_the_image_runs_as_a_user_who_owns_only_the_data() -> None:
    [user] = instructions("USER")
    assert int(user) > 0
    assert all("--chown" not in copy for copy in instructions("COPY"))
    owned = [
        word for run in instructions("RUN") for word in re.findall(r"-o chat .*?(/\S+)|chown \S+ (\S+)", run)
    ]
    assert owned == [("/data", "")]
    assert instructions("HEALTHCHECK")


def test_the_embedded_model_can_be_left_out() -> None:
    assert "LOCAL_MODEL=on" in instructions("ARG")
    assert chat(SCALE)["build"]["args"] == {"LOCAL_MODEL": "off"}


@pytest.mark.parametrize("name", [ONE, SCALE])
def test_the_container_may_change_nothing_but_its_data(name: str) -> None:
    service = chat(name)
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108
    assert service["volumes"] == ["chat-data:/data"]


@pytest.mark.parametrize("name", [ONE, SCALE])
def test_the_container_has_no_rights_and_a_share_of_the_machine(name: str) -> None:
    service = chat(name)
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]


def test_one_process_is_reached_from_its_own_machine_only() -> None:
    assert [port.rpartition(":")[0].rpartition(":")[0] for port in chat(ONE)["ports"]] == ["127.0.0.1"]


def test_of_several_only_the_proxy_is_reached_and_the_database_by_nobody_else() -> None:
    whole = compose(SCALE)
    services, networks = whole["services"], whole["networks"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert networks["back"]["internal"] is True
    within = {name: set(service["networks"]) for name, service in services.items()}
    assert within == {"chat": {"front", "back"}, "database": {"back"}, "proxy": {"front"}}
    [network] = networks["front"]["ipam"]["config"]
    assert services["chat"]["environment"]["CHAT_TRUSTED_PROXIES"] == network["subnet"]


@pytest.mark.parametrize("name", [ONE, SCALE])
def test_what_is_secret_is_a_file_that_goes_nowhere_else(name: str) -> None:
    """The environment of a container is there for everybody who may look at it."""
    whole = compose(name)
    assert chat(name)["environment"]["KKIAI_API_KEY_FILE"] == "/run/secrets/kkiai_api_key"
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "deploy" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for secret in whole["secrets"].values():
        assert secret["file"].removeprefix("./") in ignored
    for service in whole["services"].values():
        named = set(service.get("environment", {}))
        assert not named & {"KKIAI_API_KEY", "POSTGRES_PASSWORD", "PGPASSWORD"}
        assert set(service.get("secrets", [])) <= set(whole["secrets"])


@pytest.mark.parametrize("name", [ONE, SCALE])
def test_every_volume_and_network_of_a_service_is_declared(name: str) -> None:
    whole = compose(name)
    for service in whole["services"].values():
        mounted = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert {each for each in mounted if not each.startswith(".")} <= set(whole["volumes"])
        assert all((DEPLOY / each).exists() for each in mounted if each.startswith("."))
        assert set(service.get("networks", [])) <= set(whole.get("networks", {}))
