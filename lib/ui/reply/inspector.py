"""The inspector: what was sent for a reply, what came back, and when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from lib import app
from lib.domain.conversation import snippets
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.connection import Connection
from lib.domain.reply.fold import fold
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import Event, Sent, Served
from lib.domain.reply.timeline import timeline
from lib.domain.reply.usage import in_words
from lib.domain.reply.wording import STATES
from lib.domain.text.markdown.literal import code, literal, md, plain
from lib.files.fitting import fit, text_bytes
from lib.gateway import requests
from lib.i18n.formats import number
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.store.database.errors import StoreError
from lib.ui.kit import charts, errors
from lib.ui.state.person import library, person_id

LONGEST_SHOWN = 60_000
"""Characters of code that a page shows; longer code is offered as a file."""
_IMPORTED = mark("This reply was imported: the imported file does not contain its request and its times.")
_NOT_SENT = mark("Nothing has been sent for this reply yet.")


@dataclass(frozen=True, slots=True)
class _Inspected:
    """A reply, its tape, and the tape's last request with its whole body."""

    reply: Reply
    events: Sequence[Event]
    requests: int = 0
    """How many requests were sent."""
    base_url: str = ""
    body: Mapping[str, object] | None = None
    """`None` if no request is on the tape."""

    @property
    def missing(self) -> str:
        """Why there is no request to show."""
        is_imported = not self.events and self.reply.state is not State.RUNNING
        return _(_IMPORTED if is_imported else _NOT_SENT)


def show(
    conversation: Conversation,
    connection: Connection,
    inspected: str | None = None,
) -> None:
    """Draw the inspector of the answer that begins with message `inspected`, by default the last one."""
    message, key = _chosen(conversation, inspected), _key(connection)
    if not message or not message.reply:
        st.caption(_("Nothing to inspect yet: this chat has no reply."))
        return
    try:
        seen = _read(conversation.path(message.parent_id), message, message.reply, key)
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if seen.reply.state is State.RUNNING:
        running = _("This reply is still running. Here is what has arrived so far.")
        st.caption(md(":material/pending: {}", running))
    request, response, times, code = st.tabs([_("Request"), _("Response"), _("Timeline"), _("Code")])
    with request:
        _show_request(seen)
    with response:
        _show_response(seen, key)
    with times:
        _show_timeline(seen)
    with code:
        _show_code(seen)


def _chosen(conversation: Conversation, inspected: str | None) -> Message | None:
    """Return the reply to inspect: of an answer in several parts the chosen one, by default the last."""
    turns = [turn for turn in conversation.turns() if turn[0].role == "assistant"]
    turn = next((turn for turn in turns if turn[0].id == inspected), turns[-1] if turns else [])
    if len(turn) < 2:
        return turn[0] if turn else None
    parts = [md(_("Part {}"), at) for at in range(1, len(turn) + 1)]
    key = f"inspected-{turn[-1].id}"
    part = st.segmented_control(
        _("Part of the answer"),
        parts,
        default=parts[-1],
        key=key,
        required=True,
        label_visibility="collapsed",
    )
    return turn[parts.index(part)]


def _read(path: Sequence[Message], message: Message, known: Reply, key: str) -> _Inspected:
    """Read the reply's tape, live while it runs, otherwise from the store. `path` is what it answers."""
    application = app.get()
    tape = application.engine.follow(person_id(), message.id)
    events = list(tape.events) if tape else library().tapes.get(message.id)
    reply = fold(events) if events else known
    sent = [event for event in events if isinstance(event, Sent)]
    if not sent:
        return _Inspected(reply, events)
    body = requests.rebuilt(sent[-1], path, _images(path, sent[-1]))
    return _Inspected(reply, events, len(sent), sent[-1].base_url, snippets.masked(body, key))


def _images(path: Sequence[Message], sent: Sent) -> Callable[[str], bytes]:
    """Return a loader of the images as sent: it fits them into a request in the same way again."""
    application = app.get()
    words = text_bytes(path, sent.system_prompt)
    fitted = fit(application.files, path, text_bytes=words, request_bytes=application.settings.request_bytes)
    return fitted.data.__getitem__


def _key(connection: Connection) -> str:
    """Return the key to mask, which a person may have typed into a message; empty if there is none."""
    key = connection.api_key
    return key.reveal() if key and key.is_secret else ""


def _show_request(inspected: _Inspected) -> None:
    if inspected.body is None:
        st.caption(literal(inspected.missing))
        return
    if inspected.requests > 1:
        said = _("Sent {} times; this is the last request. The timeline shows why.")
        st.caption(md(said, inspected.requests))
    # The key is not on the tape, so there is none to show.
    url = snippets.address(inspected.base_url, inspected.body)
    head = f"POST {url}\nAuthorization: Bearer ***\nContent-Type: application/json"
    st.code(head, language="http", wrap_lines=True)
    _show_text(snippets.as_json(snippets.abridged(inspected.body)), "json", "request.json")


def _show_response(inspected: _Inspected, key: str) -> None:
    reply, error = inspected.reply, inspected.reply.error
    served = [event for event in inspected.events if isinstance(event, Served)]
    status = next((event.status for event in reversed(served) if event.status), None)
    if error:
        errors.show(error)
    facts = {
        _("State"): _(STATES[reply.state]),
        _("HTTP status"): status or (error.status if error else None),
        _("Model asked"): reply.model_requested,
        _("Model served"): " → ".join([*reply.models_before, reply.model_served or ""]),
        _("Finish reason"): reply.finish_reason,
        _("Usage"): in_words(reply.usage),
        _("Request ID"): reply.request_id or (error.request_id if error else None),
        _("Response ID"): reply.response_id,
        _("System fingerprint"): reply.system_fingerprint,
    }
    _show_facts(snippets.masked(facts, key))
    headers = {name: value for event in served for name, value in event.headers.items()}
    if headers:
        st.caption(_("Headers (those that are stored)"))
        _show_facts(snippets.masked(headers, key))


def _show_facts(facts: Mapping[str, object]) -> None:
    rows = {plain(name): plain(str(value)) for name, value in facts.items() if value}
    st.table(rows, border="horizontal", hide_header=True)


def _show_timeline(inspected: _Inspected) -> None:
    if inspected.events:
        charts.show_timeline(timeline(inspected.events))
    else:
        st.caption(literal(inspected.missing))


def _show_code(inspected: _Inspected) -> None:
    if inspected.body is None:
        st.caption(literal(inspected.missing))
        return
    curl, python, javascript = st.tabs(["curl", "Python", "JavaScript"])
    with curl:
        _show_text(snippets.as_curl(inspected.base_url, inspected.body), "bash", "request.sh")
    with python:
        _show_text(snippets.as_python(inspected.base_url, inspected.body), "python", "request.py")
    with javascript:
        _show_text(snippets.as_javascript(inspected.base_url, inspected.body), "javascript", "request.mjs")
    st.caption(md(_("Set {} to your key first."), code(snippets.KEY)))


def _show_text(text: str, language: str, file_name: str) -> None:
    """Draw code with its copy icon, or a download if it is too long for a page."""
    if len(text) <= LONGEST_SHOWN:
        st.code(text, language=language, wrap_lines=True)
        return
    st.caption(md(_("{} kB is too much to show here."), number(len(text) / 1000)))
    st.download_button(
        md(_("Download {}"), file_name),
        text,
        file_name,
        key=f"download_{file_name}",
        icon=":material/download:",
        on_click="ignore",
    )
