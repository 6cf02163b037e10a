"""No address for a browser is written without the path below which the app is."""

import re

import pytest

from tests.app_server import ROOT

BARE = re.compile(
    r"""(?:href|src|action)="/"""  # in a template
    r"""|RedirectResponse\(\s*f?"/"""
    r"""|(?:link_button|set_cookie|delete_cookie)\([^\n]*, f?"/"""
    r"""|\bpath="/"""
    r"""|location\.origin"""
)
FILES = [
    path
    for folder in ("lib/ui", "lib/web", "pages")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".js", ".html")
]


def bare(text: str) -> list[str]:
    """The addresses in a file that begin at the server's root."""
    return BARE.findall(text)


def test_every_address_goes_through_the_function_for_addresses() -> None:
    found = {path.relative_to(ROOT).as_posix(): bare(path.read_text("utf-8")) for path in FILES}
    assert {path: texts for path, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "text",
    [
        '<a href="/">',
        '<form action="/sign-in">',
        'RedirectResponse(f"/room/{token}", 303)',
        'st.link_button(_("Sign out"), "/sign-out")',
        'cookies.set(name, path="/")',
        "fetch(`${location.origin}/search`)",
    ],
)
def test_an_address_without_the_path_is_found(text: str) -> None:
    assert bare(text)
