"""What Streamlit reads as markdown stands in the code, or it is `Markdown`, which escapes what is not ours.

The table says what Streamlit reads so. One test walks the pages' code, others show that it bites. That only
what is `Markdown` is called so is checked by the types, that two modules only make it by the walk.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("lib", "pages", "streamlit_app.py")
MAY_MAKE = (
    "lib/domain/text/markdown/literal.py",
    "lib/domain/text/sanitize_markdown.py",
    "lib/ui/reply/stream.py",
)
"""Where `Markdown` is made of text."""

BODIES = ("markdown", "caption", "write", "info", "warning", "error", "success", "toast", "title", "header")
LABELS = (
    *("subheader", "badge", "button", "form_submit_button", "download_button", "link_button", "checkbox"),
    *("toggle", "radio", "selectbox", "multiselect", "slider", "select_slider", "text_input", "text_area"),
    *("number_input", "date_input", "time_input", "file_uploader", "audio_input", "pills", "metric"),
    *("segmented_control", "spinner", "expander", "popover", "status", "tabs", "dialog", "menu_button"),
    *("page_link", "progress", "write_stream", "table", "camera_input", "color_picker", "update"),
)
FIRST = {**dict.fromkeys((*BODIES, *LABELS), 0), "page_link": 1, "progress": 1}
"""Which of the arguments each element reads as markdown."""
SECOND = ("menu_button", "radio", "pills", "segmented_control")
"""What reads its options so, too, unless a `format_func` gives their labels."""
NAMED = ("label", "body", "help", "text", "captions", "format_func")
TRANSLATED = {"lib.i18n.translation.gettext": 1, "lib.i18n.translation.ngettext": 2}
"""What gives a text of ours in another language, and how many of the arguments are such texts."""
ONLY_OF_STREAMLIT = ("write", "title", "header", "table", "status", "update", "error", "info", "warning")
"""Names that others have, too."""


@dataclass
class House:
    """What the walk knows of all the code."""

    makers: set[str] = field(default_factory=set)
    """What is declared as `Markdown`: functions by their full name, methods and fields by their own."""

    def read(self, tree: ast.Module, module: str) -> None:
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and _is_markdown(node.returns):
                self.makers.add(f"{module}.{node.name}")
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, ast.FunctionDef) and _is_markdown(inner.returns):
                    self.makers.add(inner.name)
                if isinstance(inner, ast.AnnAssign) and _is_markdown(inner.annotation):
                    self.makers.add(ast.unparse(inner.target))


def _is_markdown(hint: ast.expr | None) -> bool:
    """Whether a type is markdown, also within a list or the like; `Frame` is what `st.write_stream` takes."""
    match hint:
        case ast.Name(id=name):
            return name in ("Markdown", "Frame")
        case ast.BinOp(left=one, right=ast.Constant()):
            return _is_markdown(one)
        case ast.Subscript(slice=ast.Tuple(elts=[*_, ast.Name() as last] | [ast.Name() as last, _])):
            return _is_markdown(last)
        case ast.Subscript(slice=inner):
            return _is_markdown(inner)
    return False


class Walk:
    """One file."""

    def __init__(self, house: House, tree: ast.Module, module: str) -> None:
        self.house, self.tree, self.module = house, tree, module
        self.names = dict(_imports(tree))
        self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}

    def foreign(self) -> Iterator[ast.expr]:
        """What is drawn as markdown and may hold what is not ours."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and self._draws(node.func):
                yield from (each for each in _drawn(node) if not self.is_ours(each))

    def _draws(self, function: ast.Attribute) -> bool:
        root = function.value
        while isinstance(root, ast.Attribute):
            root = root.value
        imported = isinstance(root, ast.Name) and self.names.get(root.id, "")
        if imported and imported.startswith("lib."):
            return False
        receiver = self._name(function.value)
        return function.attr in FIRST and (receiver == "streamlit" or function.attr not in ONLY_OF_STREAMLIT)

    def is_ours(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=text):
                return "**" not in str(text)  # which only `md` makes bold in each language
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return all(map(self.is_ours, parts))
            case ast.Lambda(body=value) | ast.ListComp(elt=value):
                return self.is_ours(value)
            case ast.Subscript(value=value) | ast.Starred(value=value) | ast.GeneratorExp(elt=value):
                return self.is_ours(value)
            case ast.DictComp(key=one, value=other):
                return self.is_ours(one) and self.is_ours(other)
            case ast.Dict(values=values) | ast.BoolOp(values=values):
                return all(map(self.is_ours, values))
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
                return self.is_ours(one) and self.is_ours(other)
            case ast.Call(func=function, args=arguments):
                return self._makes(function, arguments)
            case ast.Attribute(attr="get", value=value):
                return self.is_ours(value)
            case ast.Attribute(attr=name):
                return name.isupper() or name in self.house.makers or self._name(node) in self.house.makers
            case ast.Name(id=name):
                return name.isupper() or self._name(node) in self.house.makers or self._is_known(node)
        return False

    def _makes(self, function: ast.expr, arguments: list[ast.expr]) -> bool:
        if texts := TRANSLATED.get(self._name(function)):
            return all(map(self.is_ours, arguments[:texts]))
        if isinstance(function, ast.Attribute) and function.attr in ("get", "join"):
            escapes = function.attr == "join" and not isinstance(function.value, ast.Constant)
            return self.is_ours(function.value) and (escapes or all(map(self.is_ours, arguments[-1:])))
        if isinstance(function, ast.Name) and function.id in ("list", "tuple"):
            return all(map(self.is_ours, arguments))
        return isinstance(function, ast.Name | ast.Attribute) and self.is_ours(function)

    def _is_known(self, name: ast.Name) -> bool:
        """Whether all that is assigned to a variable, or the type of an argument, is ours."""
        scope: ast.AST | None = self.parents.get(name)
        while scope and not isinstance(scope, ast.FunctionDef | ast.Module):
            scope = self.parents.get(scope)
        given = list(_given(scope, name.id)) if scope else []
        return bool(given) and all(each is True or (each and self.is_ours(each)) for each in given)

    def _name(self, node: ast.expr) -> str:
        """The full name of what is imported or defined in the module."""
        if isinstance(node, ast.Attribute):
            return f"{self._name(node.value)}.{node.attr}"
        return self.names.get(node.id, f"{self.module}.{node.id}") if isinstance(node, ast.Name) else ""


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((each.asname or each.name, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((each.asname or each.name, f"{node.module}.{each.name}") for each in node.names)


def _drawn(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments that are read as markdown."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    named = {each.arg: each.value for each in call.keywords if each.arg}
    yield from call.args[FIRST[name] : FIRST[name] + 1]
    yield from (
        value for key, value in named.items() if (key in NAMED and name != "selectbox") or key == "help"
    )
    if name in SECOND and "format_func" not in named:
        yield from call.args[1:2]


def _given(scope: ast.AST, name: str) -> Iterator[ast.expr | bool | None]:
    """What a name may stand for in a function: expressions, or whether its type is markdown."""
    for node in ast.walk(scope):
        if isinstance(node, ast.arg) and node.arg == name:
            yield _is_markdown(node.annotation)
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
            yield _is_markdown(node.annotation) or node.value
        elif isinstance(node, ast.NamedExpr) and node.target.id == name:
            yield node.value
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (value for target in targets for value in _assigned(target, node.value, name))
        elif isinstance(node, ast.For | ast.comprehension):
            yield from _assigned(node.target, node.iter, name)


def _assigned(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr | None]:
    if isinstance(target, ast.Name):
        yield from [value] * (target.id == name)
    elif isinstance(target, ast.Tuple):
        branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        for at, each in enumerate(target.elts):
            for branch in branches:
                known = branch.elts[at] if isinstance(branch, ast.Tuple) else None
                yield from [known] * (isinstance(each, ast.Name) and each.id == name)


def faults(root: Path) -> list[str]:
    """Where foreign text may be drawn as markdown, or markdown is made of it."""
    sources = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in _sources(root)}
    trees = {file: ast.parse(text) for file, text in sources.items() if "Markdown" in text or _is_page(text)}
    house = House()
    for file, tree in trees.items():
        house.read(tree, _module(file))
    for file, tree in trees.items():
        house.makers |= {
            f"{_module(file)}.{name}" for name, origin in _imports(tree) if origin in house.makers
        }
    found = []
    for file, tree in trees.items():
        if _is_page(sources[file]):
            walk = Walk(house, tree, _module(file))
            found += [f"{file}:{node.lineno} draws {ast.unparse(node)}" for node in walk.foreign()]
        if file not in MAY_MAKE:
            found += [f"{file}:{line} makes Markdown" for line in _made(tree)]
    return found


def _is_page(source: str) -> bool:
    return "import streamlit" in source or "from streamlit" in source


def _made(tree: ast.Module) -> Iterator[int]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    yield from (call.lineno for call in calls if ast.unparse(call.func).endswith("Markdown"))


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _sources(root: Path) -> Iterator[Path]:
    for place in PLACES:
        path = root / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path] * path.exists()


def test_what_is_drawn_is_ours() -> None:
    assert faults(ROOT) == []


def test_the_walk_sees_what_the_pages_draw() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "lib/ui").rglob("*.py")]
    drawn = [
        argument
        for tree in trees
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in FIRST
        for argument in _drawn(call)
    ]
    assert len(drawn) > 250


USES = """import streamlit as st
from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.i18n.translation import gettext as _, ngettext
"""
MAKERS = """class Markdown(str): ...
def md(template: str, *values: object) -> Markdown: ...
def plain(text: str) -> Markdown: ...
def literal(text: str) -> Markdown: ...
"""


def faults_of(tmp_path: Path, source: str) -> list[str]:
    for file, text in {
        "lib/domain/text/markdown/literal.py": MAKERS,
        "lib/ui/page.py": USES + source,
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, "utf-8")
    return faults(tmp_path)


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown(reply.text)",
        "st.caption(f'served by {reply.model}')",
        "st.caption('served by ' + reply.model)",
        "st.caption('{}'.format(reply.model))",
        "st.caption(md('{}', reply.model) + reply.model)",
        "st.caption(md('{}', reply.model).upper())",
        "st.markdown(str(error))",
        "st.error(body=str(error))",
        "st.button('Go', help=reply.model)",
        "st.button(plain(name), help=name)",
        "st.tabs([plain(name), name])",
        "st.tabs([name for name in names])",
        "st.radio('Which', names)",
        "st.pills('Which', range(3), format_func=lambda at: names[at])",
        "st.menu_button('', [name])",
        "st.progress(0.5, reply.model)",
        "st.page_link('pages/chat.py', label=title)",
        "st.table({'a': value})",
        "st.dialog(title)",
        "with st.expander(title):\n    pass",
        "def show(place, words: str) -> None:\n    place.caption(words)",
        "def show(words: Markdown) -> None:\n    words = reply.text\n    st.caption(words)",
        "def show(found: list[str]) -> None:\n    for each in found:\n        st.caption(each)",
        "def title() -> str:\n    return ''\nst.caption(title())",
        "label = plain(name) if name else name\nst.button(label)",
        "st.caption(' · '.join([plain(name), name]))",
        "st.caption(_(name))",
        "st.caption(_('**Bold**'))",
        "st.caption('**Bold**')",
        "st.caption(ngettext('{} reply', name, 2))",
        "st.caption(_('Delete {title}?').format(title=title))",
    ],
)
def test_foreign_text_is_told_with_its_file(source: str, tmp_path: Path) -> None:
    found = faults_of(tmp_path, source)
    assert found
    assert all(fault.startswith("lib/ui/page.py:") and " draws " in fault for fault in found)


@pytest.mark.parametrize(
    "source",
    ["st.caption(Markdown(name))", "from lib.domain.text.markdown import literal as l\nl.Markdown(name)"],
)
def test_markdown_made_of_text_is_told(source: str, tmp_path: Path) -> None:
    assert any(fault.endswith("makes Markdown") for fault in faults_of(tmp_path, source))


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown('### Doctor')",
        "st.caption('on' if is_on else 'off')",
        "st.caption(_('on'))",
        "st.caption(md(_('**Bold**')))",
        "st.caption(md(_('served by {}'), reply.model))",
        "TITLE = 'Doctor'\nst.caption(TITLE)",
        "TITLES = {1: 'One'}\nst.caption(TITLES[1])",
        "st.caption(plain(reply.model))",
        "st.caption(md('served by {}', reply.model))",
        "st.button('', help=literal(name), icon=f':material/{icon}:')",
        "st.selectbox('Which', names, help='Choose')",
        "st.pills('Which', range(3), format_func=lambda at: plain(names[at]))",
        "st.caption(md(' · ').join(names))",
        "def show(place, words: Markdown) -> None:\n    place.caption(words)",
        "def show(found: list[Markdown]) -> None:\n    for each in found:\n        st.caption(each)",
        "def title() -> Markdown:\n    return md('')\nst.caption(title())",
        "label = plain(name)\nst.button(label)",
        "st.code(reply.text)\nst.text(reply.text)",
    ],
)
def test_what_is_ours_is_left_alone(source: str, tmp_path: Path) -> None:
    assert faults_of(tmp_path, source) == []
