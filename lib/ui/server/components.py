"""Our components, whose scripts browsers fetch as files and keep.

Streamlit sends a component's script again inside each message about it: 12 kB whenever a list of
conversations changes.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/scripts/"
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
_scripts: dict[str, str] = {}
"""By the names of their files, which contain a hash of them."""


def component(name: str, *scripts: Path, html: str = "<span></span>", **options: Any) -> Any:
    """Return a component, as `st.components.v2.component` does with `options`; its script is these files."""
    text = "\n".join(script.read_text("utf-8") for script in scripts)
    file = f"{name}-{sha256(text.encode()).hexdigest()[:12]}.js"
    _scripts[file] = text
    # Absolute: Streamlit runs this from a `blob:` address.
    loader = f"const it = await import(`${{location.origin}}{PATH}{file}`);\nexport default it.default;"
    return st.components.v2.component(name, html=html, js=loader, **options)


def addresses() -> list[str]:
    """Return the addresses of all scripts."""
    return [f"{PATH}{file}" for file in sorted(_scripts)]


def route() -> Route:
    """Return the route of the scripts."""
    return Route(f"{PATH}{{file}}", _show, methods=["GET"], name="scripts")


def _show(request: Request) -> Response:
    text = _scripts.get(request.path_params["file"])
    return Response(text, 200, _KEPT, "text/javascript") if text is not None else Response(status_code=404)
