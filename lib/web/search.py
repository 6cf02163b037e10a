"""`GET /search?words=…`: a person's messages that contain the words, while they are still being typed.

Beside Streamlit, in which each letter would draw a page anew, and wait for the reply that the page follows.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lib import app
from lib.domain.conversation.conversations import shown_title
from lib.domain.people.identity import HEADER, Identity
from lib.domain.people.people import LOCAL
from lib.store.conversation.search import Hit
from lib.store.database.errors import StoreError

PATH = "/search"
MOST_FOUND = 60
"""Messages; a chat is listed once, with the best of them."""
LONGEST_QUERY = 200
_HEADERS = {"Cache-Control": "no-store"}


def routes() -> list[Route]:
    """Return the route of the search."""
    return [Route(PATH, show, methods=["GET"], name="search")]


def show(request: Request) -> JSONResponse:
    """Return the chats that contain the words, best first, as `{"hits": [...]}`."""
    header = request.headers.get(HEADER)
    person_id = Identity.read(header).person_id if header else LOCAL
    words = request.query_params.get("words", "")[:LONGEST_QUERY]
    try:
        hits = app.get().store.of(person_id).search.find(words, MOST_FOUND)
    except StoreError:
        return JSONResponse({"hits": []}, 503, _HEADERS)
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.conversation_id, hit)
    return JSONResponse({"hits": [_json(hit) for hit in best.values()]}, 200, _HEADERS)


def _json(hit: Hit) -> dict[str, str]:
    return {
        "id": hit.conversation_id,
        "message": hit.message_id,
        "title": shown_title(hit.title),
        "snippet": hit.snippet,
    }
