"""Recordings to make reports of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.comparison.votes import TIE, Tally
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message, Params
from lib.domain.models.prices import Price
from lib.domain.reply.fold import fold
from lib.domain.reply.tape import Content, Event, Finished, Reasoning, Sent, UsageReported
from lib.domain.reply.usage import Source, Usage

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
PICTURE = Attachment("ab" * 32, AttachmentKind.IMAGE, "cat.png", "image/png", len(PIXEL), 1, 1, data=PIXEL)
PAPER = Attachment("cd" * 32, AttachmentKind.DOCUMENT, "plan.txt", "text/plain", 9, text="Ask Ann.")
PIECES = (
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<?php",
        "<a ",
    ),
    *(
        "</script>",
        "javascript:alert(1)",
        "JaVaScRiPt:",
        "&#106;avascript:",
        "&colon;",
        "data:text/html,",
        "//e.x",
    ),
    *(
        "https://a.example/b",
        "mailto:a@b.example",
        "data:image/png;base64,AAAA",
        "data:image/svg+xml;base64,AAAA",
    ),
    *(
        "[",
        "](",
        ")",
        "![",
        "][",
        "]: ",
        "[^1]",
        "<",
        ">",
        '"',
        "'",
        "`",
        "```",
        "```html\n",
        "~~~",
        "~~",
        "**",
    ),
    *(
        "_",
        "> ",
        "- ",
        "1. ",
        "- [x] ",
        "| ",
        "|-|-|",
        "\n",
        "\n\n",
        "    ",
        "\t",
        "# ",
        "---",
        "$",
        "$$",
        "\\(",
    ),
    *("\\)", "\\[", "\\]", "\\href{javascript:alert(1)}{x}", "\\text{", "\\style{color:red}{", "\\class{a}{"),
    *(
        "\\frac{",
        "\\unicode{60}",
        "\\begin{matrix}",
        "\\end{matrix}",
        "&",
        "\\\\",
        "}",
        "^",
        "&lt;script&gt;",
    ),
    *("<b>", "</b>", "<br>", "<kbd>", "</kbd>", "<sub onclick=x>", "</sub>", "<p>", "<hr>", "<details>"),
    *("\n<details open>\n", "<summary>", "</summary>", "\n</details>\n", "\\begin{align}", "\\end{align}"),
    *("\\ce{", "“", "，", "ع"),
    *("onclick=", "style=", "x", " ", "\x00", "\u2028", "\\", "\\mbox{<b>}", "\\color{red}", "\\hbox{$<i>$}"),
)
"""Pieces of markdown, HTML and TeX of which hostile texts are made."""


def tape(*pieces: str, start: float = 100.0, step: float = 10.0, tokens: int | None = None) -> list[Event]:
    """A tape that says these pieces, `step` ms apart; `tokens` were reported, else nothing was."""
    said: list[Event] = [Content(start + step * at, text) for at, text in enumerate(pieces)]
    end = start + step * len(pieces)
    usage = Usage(10, tokens, 10 + tokens, source=Source.REPORTED) if tokens is not None else Usage()
    return [
        Sent(0.0, {"model": "m", "stream": True}),
        *said,
        UsageReported(end, usage),
        Finished(end, "stop"),
    ]


def thinking(*pieces: str, after: Sequence[Event]) -> list[Event]:
    """The tape with reasoning before what it says."""
    return [after[0], *(Reasoning(50.0, text) for text in pieces), *after[1:]]


def asked_of(name: str, events: Sequence[Event]) -> list[Event]:
    """The tape as one of this model."""
    return [
        replace(event, request={**event.request, "model": f"model-{name}"})
        if isinstance(event, Sent)
        else event
        for event in events
    ]


def cell(
    name: str,
    position: int,
    events: Sequence[Event],
    *,
    prompt: str = "Why is the sky blue?",
    of: str = "compared",
    attachments: tuple[Attachment, ...] = (),
) -> Conversation:
    """A cell whose one answer is this tape played."""
    conversation = Conversation(f"{of}-{name}", prompt, AT, AT, model=f"model-{name}")
    conversation.params = Params(temperature=0.5)
    conversation.comparison_id, conversation.position = of, position
    question = Message(f"{of}-{name}-q", None, "user", prompt, AT, attachments=attachments)
    reply = fold(asked_of(name, events))
    answer = Message(f"{of}-{name}-a", question.id, "assistant", reply.text, AT, reply)
    conversation.add([question, answer])
    return conversation


def recording(
    tapes: dict[str, Sequence[Event]], *, prompt: str = "Why is the sky blue?", title: str = "The sky"
) -> Recording:
    """A comparison of a cell for each tape."""
    cells = [cell(name, at, events, prompt=prompt) for at, (name, events) in enumerate(tapes.items())]
    return Recording(
        id="kept",
        title=title,
        kind=RecordingKind.COMPARISON,
        recorded_at=AT,
        comparisons=[Comparison("compared", title, AT, cells)],
        tapes={f"compared-{name}-a": asked_of(name, events) for name, events in tapes.items()},
        prices={"model-a": Price(1.0, 2.0, source="the gateway's price list")},
        tallies={"compared": Tally({"compared-a": 2, TIE: 1}, {"compared-a": 1}, {})},
    )


def deck(prompts: Sequence[str]) -> Recording:
    """The run of a deck over two cells."""
    comparisons: list[Comparison] = []
    tapes: dict[str, Sequence[Event]] = {}
    for number, prompt in enumerate(prompts):
        of = f"row{number}"
        said = {name: tape(f"{name} on", f" {prompt}", tokens=20) for name in ("a", "b")}
        cells = [cell(name, at, said[name], prompt=prompt, of=of) for at, name in enumerate(said)]
        comparisons.append(Comparison(of, prompt, AT, cells, position=number))
        tapes |= {f"{of}-{name}-a": asked_of(name, events) for name, events in said.items()}
    return Recording("deck", "Two questions", RecordingKind.DECK, AT, comparisons, tapes)


def with_attachments(kept: Recording, *attachments: Attachment) -> Recording:
    """The recording, its question with these."""
    for one in kept.cells:
        question = one.path()[0]
        one.messages[question.id] = replace(question, attachments=attachments)
    return kept
