"""Makes recordings from the store."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from lib.domain.comparison import recordings
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.comparison.votes import Tally, in_order
from lib.domain.conversation.conversations import Conversation, title_from
from lib.domain.models.prices import Prices
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import (
    Audio,
    Cited,
    Content,
    Event,
    Finished,
    Image,
    Noted,
    Reasoning,
    Sent,
    Served,
    ToolCall,
)
from lib.i18n.translation import gettext as _
from lib.store.library import Library


def why_not(comparisons: Sequence[Comparison]) -> str | None:
    """Why these comparisons cannot be recorded now, in one sentence; `None` if they can."""
    messages = [m for one in comparisons for cell in one.cells for m in cell.messages.values()]
    states = {message.reply.state for message in messages if message.reply}
    if State.RUNNING in states:
        return _("A reply is still running. Wait for its end, or stop it: then it can be recorded.")
    return None if states else _("There is no reply yet that could be recorded.")


def record(
    library: Library,
    comparisons: Sequence[Comparison],
    *,
    title: str,
    kind: RecordingKind,
    prices: Prices,
    recording_id: str | None = None,
) -> Recording:
    """The comparisons with the tapes of all their replies, their models' prices, and the votes on them.

    Without `recording_id`, the id is derived from the content: recording the same twice gives one recording.
    Cells without any question are left out.
    """
    asked = [replace(one, cells=[cell for cell in one.cells if cell.path()]) for one in comparisons]
    asked = [_in_page_order(library, one) for one in asked if one.cells]
    cells = [cell for comparison in asked for cell in comparison.cells]
    replies = {m.id: m.reply for cell in cells for m in cell.messages.values() if m.reply}
    named = {model for reply in replies.values() for model in (reply.model_requested, reply.model_served)}
    models = {cell.model for cell in cells} | named
    recording = Recording(
        id=recording_id or "",
        title=title,
        kind=kind,
        recorded_at=_began(asked),
        comparisons=asked,
        tapes={id_: _discreet(library.tapes.get(id_)) or _untimed(reply) for id_, reply in replies.items()},
        prices={model: price for model, price in prices.items() if model in models},
        tallies=_tallies(library, asked),
    )
    return recording if recording_id else replace(recording, id=_id(recording))


def _in_page_order(library: Library, comparison: Comparison) -> Comparison:
    """The comparison with its cells in the order of the page, which a blind round has shuffled."""
    latest = library.votes.latest(comparison.id)
    if latest is None or not latest.is_blind:
        return comparison
    ordered = in_order(comparison.cells, latest)
    return replace(comparison, cells=[replace(cell, position=at) for at, cell in enumerate(ordered)])


def as_comparison(conversation: Conversation, reply_id: str) -> Comparison:
    """One reply and the messages before it, as a comparison with one cell."""
    path = conversation.path(reply_id)
    reply = path[-1].reply
    title = next((title_from(m.content) for m in reversed(path) if m.role == "user"), conversation.title)
    cell = replace(
        conversation,
        model=(reply.model_requested or reply.model_served) if reply else None,
        messages={message.id: message for message in path},
        leaf_id=reply_id,
        comparison_id=conversation.id,
        position=0,
        is_pinned=False,
    )
    return Comparison(conversation.id, title, path[-1].created_at, [cell])


def _tallies(library: Library, comparisons: Sequence[Comparison]) -> dict[str, Tally]:
    """The votes on each comparison's last question, if its round is closed."""
    rounds = [library.votes.latest(comparison.id) for comparison in comparisons]
    closed = {one.comparison_id: library.votes.tally(one.id) for one in rounds if one and not one.is_open}
    return {comparison_id: tally for comparison_id, tally in closed.items() if tally != Tally()}


def _began(comparisons: Sequence[Comparison]) -> datetime:
    """When the last message of all these comparisons was written."""
    return max(m.created_at for one in comparisons for cell in one.cells for m in cell.messages.values())


def _discreet(tape: Iterable[Event]) -> list[Event]:
    """The tape without the addresses of its requests, since strangers may read it."""
    return [replace(event, base_url="") if isinstance(event, Sent) else event for event in tape]


def _untimed(reply: Reply) -> list[Event]:
    """A tape, all at once, for a reply that was imported from another program without one."""
    told: list[Event | None] = [
        Served(0.0, model=reply.model_served) if reply.model_served else None,
        Reasoning(0.0, reply.reasoning) if reply.reasoning else None,
        Content(0.0, reply.text) if reply.text else None,
        *(Image(0.0, image) for image in reply.images),
        *(Audio(0.0, audio) for audio in reply.audio),
        Cited(0.0, reply.citations) if reply.citations else None,
        *(ToolCall(0.0, n, call.id, call.name, call.arguments) for n, call in enumerate(reply.tool_calls)),
        *(Noted(0.0, notice) for notice in reply.notices),
        Finished(0.0, reply.finish_reason or "stop"),
    ]
    return [event for event in told if event]


def _id(recording: Recording) -> str:
    # Without anything that may change while nothing new is said: names, prices, the time of a rename.
    known = {**recordings.to_json(recording, lambda _image: None), "title": "", "prices": {}}
    for conversation in known["conversations"]:
        conversation["updated_at"] = conversation["title"] = ""
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:32]
