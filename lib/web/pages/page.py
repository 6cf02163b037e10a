"""The frame of such a page: the app's look, the theme and the language of its reader, who may change that."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import jinja2
from starlette.requests import Request

from lib import app
from lib.i18n import catalogues, locale
from lib.i18n.translation import gettext as _
from lib.web import language
from lib.web.addresses import address

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # With `no-referrer`, as elsewhere, a browser sends its forms with `Origin: null`, which the gate refuses.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
THEME, THEMES = "synstar_theme", ("light", "dark")
"""The cookie with the theme that was chosen in this browser, and its values; the system's without one."""
FOLDERS = (Path(__file__).parent, Path(__file__).parents[1] / "sign_in")


def html(
    request: Request, template: str, *, here: str = "", kept: Mapping[str, str] = {}, **values: object
) -> str:
    """Return a page, to be sent with `HEADERS`; `template` and `values` are what is in it.

    `here` is its address, by default that of the request, and `kept` what stays in its query when somebody
    changes the language.
    """
    theme = request.cookies.get(THEME)
    return (
        _environment()
        .get_template(template)
        .render(
            title=app.get().settings.title,
            lang=locale.current().tag,
            theme=theme if theme in THEMES else "",
            languages=_languages(here or request.url.path, kept),
            **values,
        )
    )


def _languages(here: str, kept: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return the tag and the name of each language there is, and where the page is in it."""
    found = ((language.tag(each), catalogues.name(each)) for each in catalogues.languages())
    return [(tag, name, f"{here}?{urlencode({**kept, language.PARAMETER: tag})}") for tag, name in found]


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDERS), autoescape=True, trim_blocks=True
    )
    environment.globals |= {"_": _, "address": address}
    return environment
