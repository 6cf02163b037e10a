"""The page `/about`: the version, the licence, and what the app is made of."""

from functools import cache
from importlib.metadata import Distribution, distributions

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from lib.config import ROOT, VERSION
from lib.i18n.translation import gettext as _
from lib.web.pages import page
from lib.web.sign_in.language import PersonLanguage

PATH = "/about"
LONGEST_LICENCE = 60
"""Characters. Some packages put the whole text into the field for its name."""
_CLASSIFIER = "License :: "


def route() -> Route:
    """Return the route of the page."""
    return Route(PATH, show, methods=["GET"], name="about", middleware=[Middleware(PersonLanguage)])


def show(request: Request) -> HTMLResponse:
    """Return the page. It is the same for everybody, signed in or not."""
    html = page.html(
        request,
        "about.html",
        heading=_("About this app"),
        version=VERSION,
        licence=_own_licence(),
        packages=packages(),
    )
    return HTMLResponse(html, headers=page.HEADERS)


@cache
def packages() -> list[tuple[str, str, str]]:
    """Return the name, the version and the licence of each installed package, by name."""
    found = {each.name.lower(): (each.name, each.version, _licence(each)) for each in distributions()}
    return [found[name] for name in sorted(found)]


def _licence(package: Distribution) -> str:
    """Return the licence as the package tells it: as an expression, in its classifiers, or by name."""

    def told(field: str) -> list[str]:
        return package.metadata.get_all(field) or []

    classified = [each for each in told("Classifier") if each.startswith(_CLASSIFIER)]
    names = [each.rpartition(" :: ")[2] for each in classified if not each.endswith(":: OSI Approved")]
    free = [each.strip().partition("\n")[0] for each in told("License")]
    name = ", ".join(told("License-Expression") or names or free)
    return name if len(name) <= LONGEST_LICENCE else f"{name[: LONGEST_LICENCE - 1]}…"


@cache
def _own_licence() -> str:
    try:
        return (ROOT / "LICENSE").read_text("utf-8").partition("\n")[0].strip()
    except OSError:
        return "MIT License"
