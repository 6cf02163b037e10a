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
    # Absolute: Streamlit runs this from a `blob:` address. `front_page.js` tells where the server is.
    where = f'new URL("{_address(file)}", window.__streamlit.BACKEND_BASE_URL)'
    loader = f"const it = await import({where});\nexport default it.default;"
    return st.components.v2.component(name, html=html, js=loader, **options)


def addresses() -> list[str]:
    """Return the addresses of all scripts, relative to where the server's paths begin."""
    return [_address(file) for file in sorted(_scripts)]


def route() -> Route:
    """Return the route of the scripts."""
    return Route(f"{PATH}{{file}}", _show, methods=["GET"], name="scripts")


def _address(file: str) -> str:
    return f"{PATH}{file}".removeprefix("/")


def _show(request: Request) -> Response:
    text = _scripts.get(request.path_params["file"])
    return Response(text, 200, _KEPT, "text/javascript") if text is not None else Response(status_code=404)
