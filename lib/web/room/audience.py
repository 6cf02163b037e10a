"""`/room/<token>`: a comparison on the phones of an audience, which may read and vote, and nothing else.

The page is small and our own, without Streamlit or a session. The token grants access; a cookie identifies
the device, so that each has one vote.
"""

import asyncio
import hashlib
import json
import math
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from lib import app
from lib.domain.comparison import colours, figures_table
from lib.domain.comparison.votes import Ballot, Round
from lib.i18n.translation import gettext as _
from lib.report.markup import stylesheet
from lib.store.comparison.rooms import Room
from lib.store.database.errors import StoreError
from lib.web.addresses import address
from lib.web.limits import Rate, Refused, address_of
from lib.web.room import codes, words
from lib.web.room.follower import Follower
from lib.web.room.live import LiveRoom, message
from lib.web.room.turnout import COOKIE_SECONDS, NEWCOMER_RATE, Turnout, device, new_cookie

LONGEST_BODY = 512
"""The largest body of a vote, in bytes."""
COOKIE = "audience"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
FILES = Path(__file__).parent
_TOKEN = re.compile(r"[\w-]{20,32}", re.A)

_rooms: dict[str, LiveRoom] = {}
"""The rooms that have followers now, by token."""
_tasks: dict[str, "asyncio.Task[None]"] = {}
_turnout = Turnout()
_tries = Rate(*NEWCOMER_RATE)
"""Short addresses that are asked for, by the client's address."""


def routes() -> list[BaseRoute]:
    """Return the audience's routes."""
    return [
        Route("/room/{token}", _page),
        Route("/room/{token}/events", _events),
        Route("/room/{token}/vote", _vote, methods=["POST"]),
        Route("/room/{token}/{name}", _file),
    ]


def followers(token: str) -> int:
    """Return how many devices follow a room now, on whichever process."""
    room, application = _rooms.get(token), app.get()
    try:
        elsewhere = application.store.open_rooms.followers(token, but=application.engine.process_id)
    except StoreError:
        elsewhere = 0
    return elsewhere + (len(room.followers) if room else 0)


def stop() -> None:
    """Disconnect all followers: a stopping server waits for their connections. Callable from any thread."""
    for room in tuple(_rooms.values()):
        room.stop()


async def _page(request: Request) -> Response:
    if codes.is_code(request.path_params["token"]):
        return await _by_code(request)
    if await _open_room(request) is None:
        return Response(words.gone(), 404, HEADERS, "text/html")
    answer = Response(words.page(), 200, HEADERS, "text/html")
    if not _device(request):
        answer.set_cookie(
            COOKIE,
            new_cookie(app.get().secret.keys(COOKIE)),
            max_age=COOKIE_SECONDS,
            path=address("/room"),
            # Phones in a local network often reach the server by plain http.
            secure=request.url.scheme == "https",
            httponly=True,
            # Not `strict`: people who follow a link from a chat or an e-mail would be new voters each time.
            samesite="lax",
        )
    return answer


async def _by_code(request: Request) -> Response:
    """Lead from a room's short address to its page. Whoever tries many is told to wait."""
    wait = _tries.take(address_of(request))
    if wait:
        return Response(words.gone(), 429, {**HEADERS, "Retry-After": str(math.ceil(wait))}, "text/html")
    application = app.get()
    if not application.settings.is_sharing:
        return Response(words.gone(), 404, HEADERS, "text/html")
    try:
        tokens = await run_in_threadpool(application.store.open_rooms.tokens, datetime.now(UTC))
    except StoreError:
        tokens = []
    token = codes.find(request.path_params["token"], tokens, application.secret.keys(codes.PURPOSE))
    if token is None:
        return Response(words.gone(), 404, HEADERS, "text/html")
    return RedirectResponse(address(f"/room/{token}"), 303, HEADERS)


async def _file(request: Request) -> Response:
    """Return the page's style or script: they contain nothing of the room."""
    kinds = {"room.css": "text/css", "room.js": "text/javascript"}
    name = request.path_params["name"]
    if name not in kinds:
        return Response(words.gone(), 404, HEADERS, "text/html")
    more = _styles() if name == "room.css" else b""
    return Response(_read(name) + more, 200, HEADERS, kinds[name])


async def _events(request: Request) -> Response:
    """Send the whole state, then the changes, as server-sent events."""
    room = await _open_room(request)
    if room is None:
        return Response(status_code=404, headers=HEADERS)
    address, followed = address_of(request), _rooms.get(room.token)
    if followed and not followed.followers.has_room(address):
        return Response(_("This room is full."), 503, {**HEADERS, "Retry-After": "30"})
    stream = _follow(room, _voter(request, room), address)
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={**HEADERS, "X-Accel-Buffering": "no"}
    )


async def _follow(room: Room, voter: str | None, address: str) -> AsyncIterator[bytes]:
    live = _live(room)
    try:
        follower = live.join(address)
    except Refused:  # others were faster
        return
    try:
        yield b"retry: 1000\n\n"
        if voter:
            yield message("mine", await run_in_threadpool(_mine, room, voter))
        while not (live.is_over or follower.is_gone):
            if news := await follower.take(live.state):
                yield news
        if live.is_closed:
            yield message("closed", {})
    finally:
        _leave(live, follower)


def _live(room: Room) -> LiveRoom:
    live = _rooms.get(room.token)
    if live is None or live.is_over:
        live = _rooms[room.token] = LiveRoom(app.get(), room)
        # Kept: the event loop holds tasks only weakly, and one without a reference may be collected while it
        # runs.
        _tasks[room.token] = asyncio.create_task(live.run())
    return live


def _leave(live: LiveRoom, follower: Follower) -> None:
    """Remove a follower; after the last one stop rendering."""
    live.followers.leave(follower)
    token = live.room.token
    if not live.followers and _rooms.get(token) is live:
        del _rooms[token]
        _tasks.pop(token).cancel()


async def _vote(request: Request) -> Response:
    """Accept a vote, or a thumb on one answer."""
    room = await _open_room(request)
    if room is None:
        return _refused(404, _("This room is closed."))
    voter = _voter(request, room)
    if voter is None:
        return _refused(403, _("Reload this page to vote: it needs a cookie."))
    said = await _body(request)
    if said is None:
        return _refused(400, _("This is not a vote."))
    try:
        # Before the database is read: a client that is too fast costs nothing there.
        leaves = _turnout.admit(room.token, voter, address_of(request))
        mine = await run_in_threadpool(_count, room, voter, said, leaves)
    except Refused as refused:
        return _refused(429, str(refused), {"Retry-After": str(refused.retry_after)})
    except StoreError:
        return _refused(503, _("The vote could not be kept. Try again."))
    if mine is None:
        return _refused(409, _("This vote is closed."))
    app.get().engine.notifications.tell(room.comparison_id)
    return JSONResponse(mine, headers=HEADERS)


def _count(room: Room, voter: str, said: dict[str, Any], leaves: str | None) -> dict[str, Any] | None:
    """Count a device's vote; return `None` if it is not, or no longer, valid in the room's round.

    `leaves` is the voter whose place this device has taken.
    """
    votes, now = app.get().store.of(room.person_id).votes, datetime.now(UTC)
    shown = votes.latest(room.comparison_id)
    if not shown or shown.id != said.get("round"):
        return None
    if leaves:
        votes.withdraw(shown.id, leaves)
    if "choice" in said:
        taken = votes.vote(shown.id, voter, shown.choice(str(said["choice"])), now)
    else:
        is_up = said.get("is_up")
        is_known = is_up is None or isinstance(is_up, bool)
        taken = is_known and votes.thumb(shown.id, voter, shown.choice(str(said.get("answer"))), is_up)
    return _said(shown, votes.ballot(shown.id, voter)) if taken else None


def _mine(room: Room, voter: str) -> dict[str, Any]:
    """Return this device's votes so far."""
    votes = app.get().store.of(room.person_id).votes
    shown = votes.latest(room.comparison_id)
    return _said(shown, votes.ballot(shown.id, voter)) if shown else {}


def _said(shown: Round, ballot: Ballot) -> dict[str, Any]:
    thumbs = {shown.keys[cell_id]: is_up for cell_id, is_up in ballot.thumbs.items()}
    return {"round": shown.id, "choice": shown.keys.get(ballot.choice or ""), "thumbs": thumbs}


async def _open_room(request: Request) -> Room | None:
    """Return the room at this address; `None` if sharing is off, or the room is closed or never existed."""
    token = request.path_params["token"]
    application = app.get()
    if not application.settings.is_sharing or not _TOKEN.fullmatch(token):
        return None
    try:
        return await run_in_threadpool(application.store.open_rooms.get, token, datetime.now(UTC))
    except StoreError:
        return None


def _device(request: Request) -> str | None:
    """Return the device's name, if its cookie is valid."""
    return device(app.get().secret.keys(COOKIE), request.cookies.get(COOKIE, ""))


def _voter(request: Request, room: Room) -> str | None:
    """Return the device's name in this room: no stored data links one room to another."""
    device = _device(request)
    return hashlib.sha256(f"{room.token}/{device}".encode()).hexdigest() if device else None


async def _body(request: Request) -> dict[str, Any] | None:
    """Return the JSON object in the body. Another site's form cannot send this content type."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return None
    body = b""
    async for piece in request.stream():
        # Read in pieces: `request.json()` would accept a body of any length.
        body += piece
        if len(body) > LONGEST_BODY:
            return None
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _refused(status: int, sentence: str, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    return JSONResponse({"error": sentence}, status, {**HEADERS, **headers})


@cache
def _styles() -> bytes:
    """Return the styles of what the room has in common with reports: answers, colours, figures."""
    return "\n".join((stylesheet(), colours.style(), figures_table.STYLE)).encode()


@cache
def _read(name: str) -> bytes:
    return (FILES / name).read_bytes()
