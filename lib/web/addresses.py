"""Where browsers find the paths of this server, which `CHAT_BASE_PATH` may put below another one.

Routes, and whoever compares paths, know them without it.
"""

from starlette.types import Scope

from lib import app


def address(path: str) -> str:
    """Return where a browser finds a path of ours: for a link, a redirect, or a cookie."""
    return app.get().settings.address(path)


def below(scope: Scope) -> str:
    """Return the path of a request without the base path."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
