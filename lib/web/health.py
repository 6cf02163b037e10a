"""Health: `GET /live` tells whether the process answers, `GET /ready` whether it can serve people.

The gateway plays no part: while it is down, earlier chats are there to read.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lib import app
from lib.app import App
from lib.store.database.errors import StoreError

LIVE, READY = "/live", "/ready"


def routes() -> list[Route]:
    """Return the routes of the checks."""
    return [
        Route(LIVE, _live, methods=["GET"], name="live"),
        Route(READY, _ready, methods=["GET"], name="ready"),
    ]


async def _live(_request: Request) -> Response:
    """Return 200: whatever else is wrong, starting this process again would not cure it."""
    return PlainTextResponse("ok\n", headers=_NOT_KEPT)


def _ready(_request: Request) -> Response:
    """Return 200 while all is well, otherwise 503 with a general reason; the exact one is in the log."""
    reason = problem(app.get())
    return JSONResponse({"ready": not reason, "reason": reason}, 503 if reason else 200, _NOT_KEPT)


def problem(application: App) -> str | None:
    """Return why nobody should be sent to this process now; `None` if all is well."""
    engine = application.engine
    if engine.is_stopping:
        return "The server is about to stop."
    if application.storage_problem or engine.problem:
        return "What is said now cannot be stored."
    if not engine.has_lease:
        return "Other processes may take this one for dead: its heartbeat is late."
    try:
        if not application.store.is_migrated():
            return "The database is of an older version of this app."
    except StoreError:
        return "The database cannot be used."
    return None if application.files.is_writable() else "Images cannot be stored."


_NOT_KEPT = {"Cache-Control": "no-store"}
