"""No text that a person reads stands in the code by itself: each goes through the catalogue.

One walk knows what draws: Streamlit's elements, our own functions in `lib/ui`, errors, what the commands
print, templates, and the HTML and JavaScript of components. Others show that it bites.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_drawn import FIRST, SECOND

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("lib", "pages", "streamlit_app.py")
TRANSLATE = ("_", "gettext", "ngettext", "lazy", "lazy_plural", "mark", "mark_plural", "sentence")
WRITES = ("format", "join", "strip", "md", "literal", "plain", "unseen", "listed", "joined", "str")
"""What only passes text on."""
NAMED = ("label", "body", "help", "text", "placeholder", "title", "empty", "description", "page_title")
"""Arguments that are drawn, whatever takes them."""
TAKE_CODES = ("open_panel", "audited", "TypeVar", "TypeVarTuple", "get", "Series")
"""What takes names that nobody reads."""
NOT_READ = ("AssertionError", "TypeError", "NotImplementedError", "NotPublic")
"""Errors that say that the code is wrong, or that become another one before anybody reads them."""
EXCEPTIONS = (
    *("HTML", "Markdown", "CSV", "JSON", "Python", "JavaScript", "curl"),  # formats and languages
    *("sk-…", "Int64"),  # how keys begin; a type of pandas
    "all conversations",  # a code of the audit log, which has words of its own
    "no data URI in base64",  # pydantic puts our own words in its place
    "no moment",
    "The tape holds an event of an unknown kind: ",  # our own database would be damaged
    "no element of a formula: ",  # the formula's source is shown instead
    "The app did not write anything then.",  # the row is told as unreadable
    "The provider sent no ID token.",  # logged; the page says that the sign-in did not work
    "The provider calls itself by another name than CHAT_OIDC_ISSUER.",
    "CHAT_SIGN_IN does not name oidc.",
)
"""What needs no translation, with why."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"[A-Za-z]{2,},? [A-Za-z]{2,}|^[A-Z][a-z]+")
_NO_WORDS = re.compile(
    r"<style.*?</style>|:material/\w*:?|:[a-z]+(-[a-z]+)*\[|\{[^}]*\}|`[^`]*`"
    r"|https?://\S*|&\w+;|</?\w[^>]*>|\blib:"
)
_ATTRIBUTE = re.compile(r"""\b(?:aria-label|title|placeholder|alt)=["']([^"'{$]*[^\W\d_]{2,}[^"'{$]*)["']""")
_PROPERTY = re.compile(
    r"""(?:textContent|innerText|ariaLabel|placeholder|\btitle)"""
    r"""\s*[:=]\s*["'`]([^"'`$]*[^\W\d_]{2,}[^"'`]*)["'`]"""
)
_TEMPLATE = re.compile(
    r"\{% block style %\}.*?\{% endblock %\}|\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}"
    r"|<(style|script)\b.*?</\1>|<[^>]*>",
    re.DOTALL,
)


def has_words(text: str) -> bool:
    """Whether anything is left to read without code, signs and places."""
    return bool(_WORD.search(_NO_WORDS.sub(" ", text)))


def is_sentence(text: str) -> bool:
    """Whether a text looks like words for people, where codes may stand too."""
    return has_words(text) and bool(_SENTENCE.search(_NO_WORDS.sub(" ", text)))


class Walk:
    """One file of Python."""

    def __init__(self, file: str, source: str) -> None:
        self.file, self.tree = file, ast.parse(source)
        self.nodes = list(ast.walk(self.tree))
        imports = [each for each in self.nodes if isinstance(each, ast.ImportFrom)]
        self.ours = {
            name.asname or name.name
            for each in imports
            for name in each.names
            if (each.module or "").startswith("lib")
        }
        self.is_page = file.startswith(("lib/ui/", "pages/"))
        self.raised = {each.exc for each in self.nodes if isinstance(each, ast.Raise)}
        self.constants = {
            target.id: node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def texts(self) -> Iterator[tuple[int, str]]:
        """The texts that are drawn or said as they are, with their lines."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                for drawn, is_code_too in self._drawn(node):
                    is_read = is_sentence if is_code_too else has_words
                    yield from ((node.lineno, text) for text in self._literals(drawn) if is_read(text))
            elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                told = [] if _name(node.exc.func) in NOT_READ else node.exc.args
                found = (text for each in told for text in self._literals(each))
                yield from ((node.lineno, text) for text in found if is_sentence(text))

    def _drawn(self, call: ast.Call) -> Iterator[tuple[ast.expr, bool]]:
        """The arguments that people read, and whether codes such as keys may be among them."""
        name = _name(call.func)
        if name in (*TRANSLATE, *TAKE_CODES) or call in self.raised or _root(call.func) == "log":
            return
        named = {each.arg: each.value for each in call.keywords if each.arg in NAMED}
        if self.is_page:
            yield from ((value, False) for value in named.values())
            if name in ("md", "literal", "plain", "unseen"):
                yield from ((each, False) for each in call.args[:1])
            elif name in FIRST and not self._is_ours(call.func):
                yield from ((each, name == "update") for each in call.args[FIRST[name] :][:1])
                yield from ((each, False) for each in call.args[1:2] if name in SECOND)
            elif _root(call.func) != "st":
                yield from ((each, True) for each in call.args)
        elif self.file.startswith("lib/commands/") or self.file == "lib/__main__.py":
            yield from ((each, False) for key, each in named.items() if key in ("help", "description"))
            if name == "print":
                yield from ((each, False) for each in call.args)

    def _is_ours(self, function: ast.expr) -> bool:
        """Whether a function is of our own modules, or is none of an object."""
        return isinstance(function, ast.Name) or _root(function) in self.ours

    def _literals(self, node: ast.expr) -> Iterator[str]:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Name(id=name) if name in self.constants:
                yield from self._literals(self.constants.pop(name)) if name.isupper() else ()
            case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    yield from self._literals(part)
            case ast.FormattedValue(value=value) | ast.Starred(value=value):
                yield from self._literals(value)
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
                yield from (*self._literals(one), *self._literals(other))
            case ast.BoolOp(values=parts):
                for part in parts:
                    yield from self._literals(part)
            case ast.Call(func=function, args=arguments) if _name(function) in WRITES:
                if isinstance(function, ast.Attribute):
                    yield from self._literals(function.value)
                for each in arguments:
                    yield from self._literals(each)


def _name(function: ast.expr) -> str:
    """The last part of a function's name."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _root(function: ast.expr) -> str:
    """The first part."""
    while isinstance(function, ast.Attribute):
        function = function.value
    return _name(function)


def faults(root: Path) -> list[str]:
    """The texts that stand in the code by themselves, each with its place."""
    found = []
    for path in sorted(_files(root)):
        file = path.relative_to(root).as_posix()
        if path.suffix in (".py", ".js", ".html"):
            texts = _in_file(file, path.read_text("utf-8"))
            found += [f"{file}:{line} says {text!r}" for line, text in texts]
    return found


def _files(root: Path) -> Iterator[Path]:
    for place in PLACES:
        path = root / place
        yield from path.rglob("*") if path.is_dir() else [path] * path.exists()


def _in_file(file: str, source: str) -> Iterator[tuple[int, str]]:
    if file.endswith(".py"):
        walk = Walk(file, source)
        yield from ((line, text) for line, text in walk.texts() if text not in EXCEPTIONS)
        for node in walk.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "<" in node.value:
                yield from ((node.lineno, text) for text in _ATTRIBUTE.findall(node.value))
        return
    for text in (*_ATTRIBUTE.findall(source), *(_PROPERTY.findall(source) if file.endswith(".js") else ())):
        yield source[: source.index(text)].count("\n") + 1, text
    if file.endswith(".html"):
        read = _TEMPLATE.sub(lambda piece: "\n" * piece[0].count("\n"), source)
        for at, line in enumerate(read.splitlines(), 1):
            if has_words(line):
                yield at, line.strip()


def test_each_text_goes_through_the_catalogue() -> None:
    assert faults(ROOT) == []


USES = """import streamlit as st
from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.i18n.translation import gettext as _
from lib.i18n.translation import lazy, mark, ngettext
from lib.ui.kit import buttons
"""


def faults_of(root: Path, file: str, source: str) -> list[str]:
    (root / file).parent.mkdir(parents=True)
    (root / file).write_text(source, "utf-8")
    return faults(root)


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown('### Settings')",
        "st.button('more', key='more')",
        "st.caption(md('served by {}', reply.model))",
        "st.caption('on' if is_on else _('off'))",
        "st.caption(f'{count} answers')",
        "st.text_input(_('Name'), placeholder='Your name')",
        "st.button(_('Go'), help='Go on')",
        "st.radio(_('Which'), ['one', 'two'])",
        "st.toast('Saved'.format())",
        "TITLE = 'Settings'\nst.title(TITLE)",
        "buttons.button('Save this', 'save', 'check', save)",
        "buttons.show_icon('edit', 'Edit', edit)",
        "raise ValueError('There is no such chat.')",
        "raise ValueError(f'There is no chat {id}.')",
        "BUTTON = '<button title=\"Close\">×</button>'",
    ],
)
def test_a_text_of_its_own_is_told_with_its_file(source: str, tmp_path: Path) -> None:
    found = faults_of(tmp_path, "lib/ui/page.py", USES + source)
    assert found
    assert all(fault.startswith("lib/ui/page.py:") for fault in found)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("lib/commands/ask.py", "command.add_argument('--json', help='print JSON')"),
        ("lib/commands/ask.py", "print('Done.')"),
        ("lib/web/page.html", "<h1>Welcome</h1>"),
        ("lib/web/page.html", "<p title='A hint'>{{ _('Welcome') }}</p>"),
        ("lib/ui/kit/list.js", "button.textContent = 'Delete';"),
    ],
)
def test_a_text_of_its_own_is_told_elsewhere_too(file: str, source: str, tmp_path: Path) -> None:
    [fault] = faults_of(tmp_path, file, source)
    assert fault.startswith(f"{file}:1 says ")


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown(_('### Settings'))",
        "st.button('', key='Go on', icon=':material/edit:')",
        "st.caption(md(' · ').join(parts))",
        "st.caption(md(ngettext('{} answer', '{} answers', count), count))",
        "TITLE = mark('Settings')\nst.title(_(TITLE))",
        "st.radio(_('Which'), names, format_func=lambda name: _(name))",
        "buttons.button(_('Save'), 'save_all', 'check', save)",
        "raise ValueError(lazy('There is no such chat.'))",
        "raise AssertionError('Nobody reads this.')",
        "st.code('pip install', language='shell')",
        "BUTTON = '<button title=\"{label}\">×</button>'",
    ],
)
def test_what_goes_through_the_catalogue_is_left_alone(source: str, tmp_path: Path) -> None:
    assert faults_of(tmp_path, "lib/ui/page.py", USES + source) == []
