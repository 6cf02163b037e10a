"""A report as one HTML file: it has no script and fetches nothing."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from markupsafe import Markup

from lib.domain.comparison import colours, figures_table
from lib.domain.comparison.comparisons import SYNTHESIS
from lib.domain.comparison.recordings import Recording
from lib.domain.comparison.statistics import Figures, of_prompts
from lib.domain.conversation.attachments import Attachment, data_uri
from lib.domain.conversation.exports import Load, named
from lib.domain.conversation.media_types import PICTURES
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import cost_of
from lib.domain.reply.endings import remark
from lib.domain.reply.reply import Reply
from lib.domain.text.json_block import JsonBlock
from lib.domain.text.markdown.unmarked import beginning
from lib.i18n import formats, locale
from lib.i18n.translation import gettext, ngettext
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
        synthesis=SYNTHESIS,
        style=style(),
        maker=maker,
        load=load,
        prices=recording.prices,
    )


@cache
def style() -> Markup:
    """Return the styles of a page that loads nothing."""
    ours = (
        colours.style(),
        figures_table.STYLE,
        (FOLDER / "page.css").read_text("utf-8"),
        markup.stylesheet(),
    )
    return Markup("".join(ours))  # noqa: S704  # our own


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
    environment.globals |= {"_": gettext, "ngettext": ngettext, "language": lambda: locale.current().tag}
    environment.globals["figures_table"] = _figures_table
    environment.filters |= {
        "markdown": _markdown,
        "typed": _typed,
        "answered": _answered,
        "date": formats.moment_with_zone,
        "number": formats.number,
        "beginning": lambda text: beginning(text, LONGEST_BEGINNING),
        "remark": remark,
        "colour": colours.colour,
        "named": named,
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


def _figures_table(figures: Sequence[Figures], winners: Collection[int] = (), title: str = "") -> Markup:
    return Markup(figures_table.html(figures, winners, title=title))  # noqa: S704  # escaped there


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
