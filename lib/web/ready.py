"""Whether this server should get visitors: `GET /ready`, for whoever watches it or spreads the load."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lib import app

PATH = "/ready"


def route() -> Route:
    """The route of this look."""
    return Route(PATH, show, methods=["GET"], name="ready")


def show(_request: Request) -> Response:
    """200 while all is well, else 503. The reason is in general words: the exact ones are for the log."""
    application = app.get()
    reason = None
    if application.storage_problem or application.engine.problem:
        reason = "What is said now cannot be stored."
    elif application.engine.is_stopping:
        reason = "The server is about to stop."
    return JSONResponse({"ready": not reason, "reason": reason}, 503 if reason else 200, _NOT_KEPT)


_NOT_KEPT = {"Cache-Control": "no-store"}
