"""A report as Markdown: readable as plain text, and harmless in a viewer, which fetches and runs nothing."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from markdown_it import MarkdownIt

from lib.domain.comparison import figures_table
from lib.domain.comparison.comparisons import SYNTHESIS
from lib.domain.comparison.recordings import Recording
from lib.domain.comparison.statistics import MARKS, TITLES, Figures, of_prompts
from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.exports import named
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices, cost_of
from lib.domain.reply.citations import Citation
from lib.domain.reply.endings import remark
from lib.domain.reply.reply import Reply
from lib.domain.text.blocks import split
from lib.domain.text.markdown import tags
from lib.domain.text.markdown.links import marked
from lib.domain.text.markdown.readers import ANY
from lib.domain.text.markdown.typed import Code, Words, typed
from lib.domain.text.printable import printable
from lib.domain.text.sanitize_markdown import sanitized
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import listed
from lib.report import wording
from lib.report.contents import Cell, Exchange, Section, sections
from lib.report.measures import totals

_READER = MarkdownIt("commonmark", {"html": True}).enable("table")
"""Parses as the most permissive viewers do."""
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_HARMLESS_TAG = re.compile(rf"</?(?:{'|'.join(tags.NAMES)})>")
_NEXT = "what-follows"
_FIRST_SIGN = re.compile(r"(\d{1,9}(?=[.)])|(?=[-+=]))(.)(?=[\s=-]*$|\s)")
"""The signs that turn a line into a list, a heading or a rule."""
_SIGNS = re.compile(r"([\\`*_<>#|$~]|&(?=#?\w{1,32};)|!(?=\[)|\](?=[(\[:]))")


def to_markdown(recording: Recording, *, maker: str) -> str:
    """Return the report; images are only named."""
    shown = sections(recording)
    began = _("Recorded on {}").format(formats.moment_with_zone(recording.recorded_at))
    blocks = [f"# {_line(recording.title)}", f"{_line(began)} · {wording.together(totals(recording))}"]
    if len(shown) > 1:
        blocks.append(
            _table(of_prompts([section.figures for section in shown]), title=_("Medians of all prompts"))
        )
    for section in shown:
        if len(shown) > 1:
            blocks.append(f"## {section.number}. {_line(section.title)}")
        blocks += _section(section, recording.prices)
    return printable("\n\n".join([*blocks, f"---\n\n{_line(maker)}"])) + "\n"


def _section(section: Section, prices: Prices) -> Iterator[str]:
    if section.question:
        yield from (f"### {_('Prompt')}", *_said(section.question))
    if section.system_prompt:
        yield from (f"### {_('System prompt')}", _text(section.system_prompt))
    for cell in section.cells:
        yield from _cell(cell, section, prices)
    yield f"### {_('Figures')}"
    yield _table(section.figures, section.winners)
    if section.votes:
        yield f"### {_('Votes')}"
        yield "\n".join(f"- {_line(label)}: {formats.number(count)}" for label, count in section.votes)
    yield from (f"*{_line(note)}*" for note in section.notes)


def _cell(cell: Cell, section: Section, prices: Prices) -> Iterator[str]:
    yield f"### {_line(cell.label)}"
    if cell.settings:
        yield _line(" · ".join(cell.settings))
    if cell.conversation.system_prompt and not section.system_prompt:
        yield from (f"**{_('System prompt')}**", _text(cell.conversation.system_prompt))
    for turn in cell.turns:
        yield from _turn(turn, cell, prices)
    if cell.judged:
        yield f"*{cell.judged}*"


def _turn(turn: Exchange, cell: Cell, prices: Prices) -> Iterator[str]:
    if turn.question:
        yield from (f"**{_('Question')}**", *_said(turn.question))
    if turn.answer and (reply := turn.answer.reply):
        if reply.reasoning:
            yield f"<details>\n<summary>{_('Reasoning')}</summary>\n\n{_text(reply.reasoning)}\n\n</details>"
        yield from filter(None, (_text(turn.answer.content), _text(reply.refusal)))
        yield from _beside(reply)
        versions = " · " + _("one of {} answers").format(turn.versions) if turn.versions > 1 else ""
        figures = wording.line(reply, cost_of(reply, prices, cell.conversation.model))
        yield f"*{_line(figures + versions)}*"


def _beside(reply: Reply) -> Iterator[str]:
    for call in reply.tool_calls:
        yield f"{_('Tool call {}').format(_line(call.name or ''))}\n\n{_fenced(call.arguments, 'json')}"
    yield from _names(reply.made)
    if reply.citations:
        yield f"{_('Sources')}\n\n" + "\n".join(
            f"{n}. {_source(each)}" for n, each in enumerate(reply.citations, 1)
        )
    yield from (f"*{_line(str(notice))}*" for notice in (*reply.notices, remark(reply)) if notice)
    if reply.error:
        yield f"> {_line(str(reply.error))}"


def _source(citation: Citation) -> str:
    label = _line(citation.label)
    return f"[{label}](<{citation.link}>)" if citation.link else label


def _said(message: Message) -> Iterator[str]:
    yield from _names(message.attachments)
    if message.content:
        is_markdown = message.content.startswith(SYNTHESIS)  # it contains answers
        yield _text(message.content) if is_markdown else "\n\n".join(map(_typed, typed(message.content)))


def _typed(piece: Words | Code) -> str:
    """Return typed text with its own line breaks and leading spaces."""
    if isinstance(piece, Code):
        return _fenced(piece.text, piece.language)
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", piece.text)
    return "\n\n".join("  \n".join(map(_typed_line, paragraph.split("\n"))) for paragraph in paragraphs)


def _typed_line(line: str) -> str:
    words = line.expandtabs(4).lstrip(" ")
    blanks = "&nbsp;" * (len(line.expandtabs(4)) - len(words))
    shown = marked(words.rstrip(), lambda piece: _SIGNS.sub(r"\\\1", piece))
    first = _FIRST_SIGN.match(shown)
    return f"{blanks}{first[1]}\\{shown[first.start(2) :]}" if first else blanks + shown


def _fenced(code: str, language: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}{language}\n{code}\n{fence}"


def _names(attachments: Iterable[Attachment]) -> Iterator[str]:
    for each in attachments:
        yield f"*{_line(named(each))}*"


def _table(figures: Sequence[Figures], winners: Collection[int] = (), title: str = "") -> str:
    """Return the same columns as the table of the page."""
    measures = [name for name in TITLES if name != "cost" or any(one.cost for one in figures)]
    rows = [
        [title or _("Model"), *(_(TITLES[name]) for name in measures), _("Answers")],
        ["---", *["---:"] * (len(measures) + 1)],
    ]
    for place, one in enumerate(figures):
        told = [_("Winner")] if place in winners else []
        told += [_(MARKS[measure]) for measure in one.marks]
        name = _("{} ({})").format(one.label, listed(told)) if told else one.label
        measured = [_line(wording.measured(one, measure)) for measure in measures]
        rows.append([_line(name), *measured, _line(figures_table.answers(one))])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _text(text: str) -> str:
    """Return somebody's markdown, made so that it shows only text and affects nothing after it."""
    shown = "".join(sanitized(block, ANY) for block in split(text)).rstrip()
    if not _is_harmless(shown):
        shown = _TAG.sub("&lt;", shown).replace("![", r"!\[")
    last = _READER.parse(f"{shown}\n\n{_NEXT}")[-1]
    # An open fence would swallow what follows, and expose the content of the next fence.
    return f"{shown}\n{last.markup}" if last.type == "fence" and _NEXT in last.content else shown


def _is_harmless(markdown: str) -> bool:
    """Return whether a viewer that accepts HTML and images would find neither."""
    blocks = _READER.parse(markdown)
    tokens = [*blocks, *(token for block in blocks for token in block.children or ())]
    images = [str(token.attrGet("src")) for token in tokens if token.type == "image"]
    is_text = not any(
        token.type == "html_block"
        or (token.type == "html_inline" and not _HARMLESS_TAG.fullmatch(token.content))
        for token in tokens
    )
    return is_text and all(source.startswith("data:image/") for source in images)


def _line(text: str) -> str:
    """Return a name or a sentence, escaped so that nothing in it is read as markdown."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
