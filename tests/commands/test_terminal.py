"""No command prints what steers a terminal, whether a model, a gateway, a file or its own words say it."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lib.app import DATABASE
from lib.domain.text.printable import printable
from lib.store import Store
from tests.command_line import CommandLine
from tests.scripted_gateway import ScriptedGateway, error, stream
from tests.store.conftest import answer, draft

CLEAR, TITLE, COLOUR = "\x1b[2J\x1b[H", "\x1b]0;owned\x07", "\x9b31m"
CLIPBOARD = "\x1b]52;c;cm0gLXJmIH4=\x1b\\"
REVERSED = "\u202egpj.exe\u202c\u2066!\u2069"
STEERING = CLEAR + TITLE + COLOUR + CLIPBOARD + REVERSED + "\b\x7f\0"
SAID = f"Before{STEERING}after"
SHOWN = "Before[2J[H]0;owned31m]52;c;cm0gLXJmIH4=\\gpj.exe!after"


@pytest.fixture
def kept(tmp_path: Path) -> None:
    """A conversation whose title and answer steer."""
    with closing(Store(tmp_path / DATABASE)) as store:
        answer(store, draft(SAID), SAID)


@pytest.fixture
def printed(lib: CommandLine, gateway: ScriptedGateway, tmp_path: Path) -> Callable[..., str]:
    """Runs a command, and gives what it prints on both of its streams: words only."""

    def run(*arguments: str) -> str:
        done = lib.run(tmp_path, *arguments, KKIAI_BASE_URL=gateway.base_url)
        assert done.out + done.err == printable(done.out + done.err)
        return done.out + done.err

    return run


def test_an_answer_in_one_piece(gateway: ScriptedGateway, printed: Callable[..., str]) -> None:
    gateway.enqueue(stream(SAID))
    assert printed("ask", "Hi", "--model", "m") == f"{SHOWN}\n"


def test_an_answer_cut_between_any_two_characters(
    gateway: ScriptedGateway, printed: Callable[..., str]
) -> None:
    gateway.enqueue(stream(*SAID))
    assert printed("ask", "Hi", "--model", "m") == f"{SHOWN}\n"


def test_an_error_of_the_gateway(gateway: ScriptedGateway, printed: Callable[..., str]) -> None:
    gateway.when("Hi", error(400, {"error": {"message": SAID}}))
    assert SHOWN in printed("ask", "Hi", "--model", "m")


def test_a_finding_of_the_doctor(gateway: ScriptedGateway, printed: Callable[..., str]) -> None:
    gateway.answer_models(error(401, {"error": {"message": f"Invalid token {SAID}"}}))
    assert SHOWN in printed("doctor", "--model", "m")


@pytest.mark.usefixtures("kept")
def test_an_export_as_markdown(printed: Callable[..., str]) -> None:
    said = printed("export", "--format", "markdown")
    assert said.startswith("# Before")
    assert SHOWN in said


@pytest.mark.usefixtures("kept")
def test_an_export_as_json_says_all_of_it_in_escapes(printed: Callable[..., str]) -> None:
    [conversation] = json.loads(printed("export"))["conversations"]
    assert conversation["title"] == SAID
    assert conversation["messages"][1]["content"] == SAID


def test_a_reply_as_json_says_all_of_it_in_escapes(
    gateway: ScriptedGateway, printed: Callable[..., str]
) -> None:
    gateway.enqueue(stream(SAID))
    assert json.loads(printed("ask", "Hi", "--model", "m", "--json"))["text"] == SAID


def test_a_file_that_cannot_be_imported(tmp_path: Path, printed: Callable[..., str]) -> None:
    file = tmp_path / f"chats{CLEAR}{CLIPBOARD}.json"
    file.write_text("no JSON")
    assert "chats[2J[H]52;" in printed("import", str(file))


@pytest.mark.parametrize(
    "arguments", [[f"fly{SAID}"], ["export", f"--{SAID}"], ["ask", "Hi", "--base-url", SAID]]
)
def test_wrong_usage(arguments: list[str], printed: Callable[..., str]) -> None:
    assert printed(*arguments)
