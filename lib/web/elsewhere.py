"""What this process answers about a page whose session it does not hold.

Uploads and the files on a page are in the process of its websocket. A proxy leads a browser there by a
cookie, but not while that process ends or another one starts. `front_page.js` then connects the page anew.
"""

from starlette.responses import PlainTextResponse

from lib.i18n.translation import gettext as _


def elsewhere() -> PlainTextResponse:
    """Return the answer: the same for somebody else's session as for one that never was."""
    told = _("This page was with another process of the server, and is connected anew. Add the file again.")
    return PlainTextResponse(f"{told}\n", 404, {"Cache-Control": "no-store"})
