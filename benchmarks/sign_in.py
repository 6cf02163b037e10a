"""What signing in costs: a request through the gate, and many people's sessions at once."""

import http.client
import time
from statistics import median

from benchmarks.report import Figure
from benchmarks.sessions import QUICK_SESSIONS, SESSIONS, hold
from benchmarks.stage import Stage
from tests.app_server import AppServer
from tests.visitor import Visitor

REQUESTS, QUICK_REQUESTS = 2000, 500
PATH = "/_stcore/host-config"
"""A small answer of Streamlit's own, which is behind the gate."""


def measure(stage: Stage) -> list[Figure]:
    """The goals of an installation where people sign in, beside the same without it."""
    count = QUICK_SESSIONS if stage.is_quick else SESSIONS
    with stage.ours() as app:
        without = _milliseconds(stage, app, "")
    with stage.ours(CHAT_SIGN_IN="guest") as app:
        cookies = [_guest(app) for _ in range(count)]
        behind = _milliseconds(stage, app, cookies[0])
        request = Figure("a request behind the gate takes longer by", "ms", behind - without, goal=1)
        return [request, *hold(stage, app, cookies, "people's sessions")]


def _guest(app: AppServer) -> str:
    """A browser that has come in; its cookies."""
    visitor = Visitor(app.url)
    visitor.enter()
    return visitor.cookie


def _milliseconds(stage: Stage, app: AppServer, cookie: str) -> float:
    """How long a request takes, one after the other over one connection: the median."""
    connection = http.client.HTTPConnection(app.url.partition("//")[2], timeout=10)
    times = []
    for _ in range(QUICK_REQUESTS if stage.is_quick else REQUESTS):
        began = time.perf_counter()
        connection.request("GET", PATH, headers={"Cookie": cookie} if cookie else {})
        response = connection.getresponse()
        response.read()
        times.append(1000 * (time.perf_counter() - began))
        if response.status != http.HTTPStatus.OK:
            raise ConnectionError(f"{PATH} was answered with {response.status}.")
    connection.close()
    return median(times)
