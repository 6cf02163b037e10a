"""What a room says, in the language of whoever reads it: the pages, and the state of a comparison."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from lib.domain.comparison import figures_table, wording
from lib.domain.comparison.colours import colours_of
from lib.domain.comparison.statistics import notes, of_cells
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply import wording as reply_wording
from lib.domain.reply.reply import Reply
from lib.i18n import locale
from lib.i18n.translation import gettext as _
from lib.web.addresses import address
from lib.web.room.view import Seen, Snapshot

HERE = Path(__file__).parent


def page() -> bytes:
    """Return the page, with all texts that its script may need."""
    return _rendered("room.html", words=json.dumps(_words(), ensure_ascii=False))


def gone() -> bytes:
    """Return the page of a room that is closed or never existed."""
    return _rendered("gone.html")


def state(shown: Snapshot) -> dict[str, Any]:
    """Return everything that the page draws."""
    seen = shown.seen
    named, colours = seen.titles, colours_of(seen.cells)
    lines = _lines(seen)
    answers = [
        {
            **answer,
            "title": named.get(answer["cell"], ""),
            "colour": colours.get(answer["cell"], 0),
            "line": lines.get(answer["cell"], ""),
        }
        for answer in shown.answers
    ]
    return {
        "title": seen.comparison.title if seen.comparison else "",
        "prompt": shown.prompt,
        "answers": answers,
        "round": _round(seen),
        "voters": seen.voters,
        "result": _result(seen),
    }


def _round(seen: Seen) -> dict[str, Any] | None:
    shown = seen.round
    return {"id": shown.id, "is_open": shown.is_open, "is_blind": shown.is_blind} if shown else None


def _result(seen: Seen) -> dict[str, Any] | None:
    """Return the counted votes by the answers' keys and the figures, once the round is closed."""
    shown, tally = seen.round, seen.tally
    if not shown or tally is None:
        return None
    taken = of_cells(seen.cells, seen.prices)
    places = [place for place, cell in enumerate(seen.cells) if cell.id in tally.winners]
    return {
        "verdict": wording.verdict(tally, shown.models, seen.titles),
        "counts": {key: tally.choices.get(choice, 0) for choice, key in shown.keys.items()},
        "winners": sorted(shown.letters[cell_id] for cell_id in tally.winners),
        "figures": figures_table.html(taken, places) if any(one.replies for one in taken) else "",
        "notes": " ".join(notes(taken)),
    }


def _lines(seen: Seen) -> Mapping[str, str]:
    """Return the figures under each answer, by the cell's id, once the round is closed."""
    return {cell.id: _line(cell, seen.prices) for cell in seen.cells} if seen.tally else {}


def _line(cell: Conversation, prices: Prices) -> str:
    reply = cell.path()[-1].reply or Reply()
    dollars = cost_of(reply, prices, cell.model)
    about = reply_wording.about(reply.usage.source)
    parts = (
        reply_wording.first_token(reply),
        reply_wording.total(reply),
        reply_wording.tokens(reply.usage),
        "" if dollars is None else f"{about}{reply_wording.money(dollars)}",
        reply_wording.ending(reply),
    )
    return " · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts if part)


def _words() -> dict[str, str]:
    """Return the texts of the script, with "{}" for what it puts in."""
    return {
        "waiting": _("Waiting for the answer…"),
        "empty": _("This answer has no text."),
        "stopped": _("Stopped"),
        "failed": _("This answer broke off."),
        **{choice: _(text) for choice, text in wording.CHOICES.items()},
        "good": _("Good answer: {}"),
        "bad": _("Bad answer: {}"),
        "winner": _("Winner"),
        "figures": _("Figures"),
        "asked": _("A question was asked. The answers are being written."),
        "complete": _("All answers are complete."),
        "votes": _("Votes so far: {}"),
        "voted": _("Your vote counts. You can change it until the result."),
        "lost": _("The vote did not arrive. Try again."),
        "closed": _("The presenter has closed this room. Thank you for taking part."),
        "full": _("This room cannot be followed now: it is closed or full."),
        "again": _("Connecting again…"),
    }


def _rendered(name: str, **values: object) -> bytes:
    return _template(name).render(lang=locale.current().tag, _=_, address=address, **values).encode()


@cache
def _template(name: str) -> jinja2.Template:
    source = (HERE / name).read_text("utf-8")
    return jinja2.Environment(autoescape=True, trim_blocks=True).from_string(source)
