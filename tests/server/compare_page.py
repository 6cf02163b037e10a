"""The compare page in a person's words, and models that answer it."""

from tests import figures_table
from tests.app_server import AppServer
from tests.figures_table import FIGURES, Row
from tests.page_socket import PageSocket
from tests.page_tree import read
from tests.scripted_gateway import Gate, ScriptedGateway, by_model, stream

WORDS = {m: [m, *(f" {m}{number}" for number in range(39))] for m in ("a", "b", "c", "d")}


def compare(site: AppServer, address: str = "models=model-a,model-b") -> PageSocket:
    """A tab on the compare page."""
    return PageSocket(site.url, address, "compare")


def ask_blind(tab: PageSocket, prompt: str) -> None:
    """Turn the switch, and ask."""
    tab.switch("blind", True)
    tab.wait_until_idle()
    tab.ask(prompt)


def said(tab: PageSocket) -> list[str]:
    """The answer in each cell, in the order of the page."""
    cells = [key.removeprefix("cell-") for key in tab.tree.keys("cell-")]
    return ["".join(_answer(tab, cell)) for cell in cells]


def _answer(tab: PageSocket, cell: str) -> list[str]:
    inside, line = tab.tree.texts(f"cell-{cell}"), tab.tree.texts(f"figures-{cell}")
    head = tab.tree.texts(f"cellhead-{cell}")
    return [text for text in inside if text not in (*line, *head) and "Waiting for" not in text]


def wait_for_said(tab: PageSocket, texts: list[str]) -> None:
    """Wait until the cells have said this."""
    tab.wait_for(lambda: said(tab) == texts, str(texts))


def lines(tab: PageSocket) -> list[str]:
    """The figures under each cell's text; they have spaces that do not break."""
    return [
        read(" ".join(tab.tree.texts(key))).replace("\N{NO-BREAK SPACE}", " ")
        for key in tab.tree.keys("figures-")
    ]


def has_figures(tab: PageSocket) -> bool:
    """Whether the table of figures is there: all answers have ended."""
    return any(FIGURES in node.proto.body for node in tab.tree.nodes("html"))


def table(tab: PageSocket) -> list[Row]:
    """The rows of the table of figures."""
    return figures_table.rows("".join(node.proto.body for node in tab.tree.nodes("html")))


def has_ended(line: str) -> bool:
    """Whether the line under an answer is the one of its end: the gateway has told its tokens."""
    return "tokens" in line and "≈" not in line


def delete(tab: PageSocket) -> None:
    """Delete the comparison, from the bar's menu."""
    tab.choose("comparison_menu", "Delete")
    tab.wait_for_text("will be deleted")
    tab.wait_until_idle()
    tab.click("confirm_delete")


def script(upstream: ScriptedGateway, prompt: str, **changed: object) -> dict[str, Gate]:
    """Let four models stream their words, all held back in the middle."""
    gates = {model: Gate() for model in WORDS}
    scripts = {
        f"model_{model}": stream(*words, hold=gates[model], hold_after=20) for model, words in WORDS.items()
    }
    upstream.when(prompt, by_model(**{**scripts, **changed}))  # type: ignore[arg-type]
    return gates


def half(model: str) -> str:
    return "".join(WORDS[model][:20])


def whole(model: str) -> str:
    return "".join(WORDS[model])
