"""The container can do little, whatever runs in it: what `Dockerfile` and `compose.yaml` ask for."""

import re
from typing import Any

import pytest
import yaml

from tests.app_server import ROOT


@pytest.fixture
def service() -> dict[str, Any]:
    """The one service of `compose.yaml`."""
    [service] = compose()["services"].values()
    return dict(service)


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))


def instructions(name: str) -> list[str]:
    """What stands behind each use of an instruction of the Dockerfile."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8"))
    return re.findall(rf"^{name} (.*)$", text, re.M)


def test_the_base_is_one_image_of_the_python_that_is_tested() -> None:
    [base] = instructions("FROM")
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


def test_the_container_may_change_nothing_but_its_data(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108
    assert service["volumes"] == ["chat-data:/data"]


def test_the_container_has_no_rights_and_a_share_of_the_machine(service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]


def test_the_container_is_reached_from_its_own_machine_only(service: dict[str, Any]) -> None:
    assert [port.rpartition(":")[0].rpartition(":")[0] for port in service["ports"]] == ["127.0.0.1"]


def test_the_key_is_a_file_that_goes_nowhere_else(service: dict[str, Any]) -> None:
    """The environment of a container is there for everybody who may look at it."""
    assert service["environment"]["KKIAI_API_KEY_FILE"] == "/run/secrets/kkiai_api_key"
    assert "KKIAI_API_KEY" not in service["environment"]
    assert service["secrets"] == ["kkiai_api_key"]
    file = compose()["secrets"]["kkiai_api_key"]["file"].removeprefix("./")
    for name in (".gitignore", ".dockerignore"):
        assert file in (ROOT / name).read_text("utf-8").splitlines(), f"{name} lets the key through"
