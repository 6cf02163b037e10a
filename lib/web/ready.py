"""The readiness check, `GET /ready`, for monitoring and load balancers."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lib import app

PATH = "/ready"


def route() -> Route:
    """Return the route of the check."""
    return Route(PATH, show, methods=["GET"], name="ready")


def show(_request: Request) -> Response:
    """Return 200 while all is well, otherwise 503 with a general reason; the exact one is in the log."""
    application = app.get()
    reason = None
    if application.storage_problem or application.engine.problem:
        reason = "What is said now cannot be stored."
    elif application.engine.is_stopping:
        reason = "The server is about to stop."
    return JSONResponse({"ready": not reason, "reason": reason}, 503 if reason else 200, _NOT_KEPT)


_NOT_KEPT = {"Cache-Control": "no-store"}
