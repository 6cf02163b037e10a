"""A report as one HTML file: it has no script and fetches nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from markupsafe import Markup

from lib.domain.comparison.comparisons import SYNTHESIS
from lib.domain.comparison.recordings import Recording
from lib.domain.comparison.statistics import TITLES, of_prompts
from lib.domain.conversation.attachments import Attachment, data_uri
from lib.domain.conversation.exports import Load
from lib.domain.conversation.media_types import PICTURES
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply.endings import remark
from lib.domain.reply.reply import Reply
from lib.domain.text.json_block import JsonBlock
from lib.report import markup, wording
from lib.report.contents import Cell, sections
from lib.report.measures import totals

FOLDER = Path(__file__).parent
LONGEST_BEGINNING = 160
"""Characters of an answer shown in a deck's grid."""


def html(recording: Recording, load: Load, *, maker: str) -> str:
    """Return the report. `load` returns the bytes of an image; `maker` is the app with its version."""
    shown = sections(recording)
    template = environment().get_template("page.html")
    return template.render(
        recording=recording,
        sections=shown,
        columns=of_prompts([section.figures for section in shown]),
        together=wording.together(totals(recording)),
        titles=_titles(recording.prices),
        synthesis=SYNTHESIS,
        style=style(),
        maker=maker,
        load=load,
        prices=recording.prices,
    )


def _titles(prices: Prices) -> Mapping[str, str]:
    """Return the shown measures: cost only if a price is known."""
    return {name: title for name, title in TITLES.items() if prices or name != "cost"}


@cache
def style() -> Markup:
    """Return the styles of a page that loads nothing."""
    return Markup((FOLDER / "page.css").read_text("utf-8") + markup.stylesheet())  # noqa: S704  # our own


@cache
def environment() -> Environment:
    """Return what the templates here are drawn with."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        # A misspelt name in the template raises an error instead of leaving a gap.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": _markdown,
        "typed": _typed,
        "answered": _answered,
        "date": _date,
        "beginning": _beginning,
        "remark": remark,
        "measured": wording.measured,
        "number": lambda value, measure: wording.number(measure, value),
        "figures": _figures,
        "picture": _picture,
    }
    return environment


def _markdown(text: str) -> Markup:
    return Markup(markup.html(text))  # noqa: S704  # inert by construction


def _typed(text: str) -> Markup:
    return Markup(markup.typed(text))  # noqa: S704  # inert by construction


def _answered(message: Message) -> Markup:
    is_json = message.reply and message.reply.is_json
    return _markdown(JsonBlock().feed(message.content) if is_json else message.content)


def _date(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _beginning(text: str) -> str:
    line = " ".join(text[: 4 * LONGEST_BEGINNING].split())
    return line if len(line) <= LONGEST_BEGINNING else line[:LONGEST_BEGINNING].rsplit(" ", 1)[0] + "…"


@pass_context
def _figures(context: Mapping[str, Any], reply: Reply, cell: Cell) -> str:
    return wording.line(reply, cost_of(reply, context["prices"], cell.conversation.model))


@pass_context
def _picture(context: Mapping[str, Any], attachment: Attachment) -> tuple[str, str] | None:
    """Return the source and the name of an image; `None` if it cannot be shown."""
    load: Load = context["load"]
    if not attachment.is_image or attachment.media_type not in PICTURES:
        return None
    data = load(attachment)
    return (data_uri(attachment.media_type, data), attachment.name) if data else None
