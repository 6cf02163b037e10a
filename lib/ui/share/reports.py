"""The report dialog: what the report contains, what is masked in it, and the files to download."""

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import streamlit as st

from lib import app
from lib.config import VERSION
from lib.domain.comparison import recordings
from lib.domain.comparison.comparisons import Comparison
from lib.domain.comparison.deck_runs import DeckRun
from lib.domain.comparison.decks import Deck
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.conversation.conversations import Conversation, shown_title
from lib.domain.conversation.exports import Load
from lib.domain.people.grants import GrantKind
from lib.domain.text.markdown.literal import Markdown, literal, md
from lib.engine.playback import recorder
from lib.files.imports import archive
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import listed, ngettext
from lib.report import deck as deck_report
from lib.report import markdown, masking, page, table
from lib.report.masking import Finding
from lib.store.sharing.grants import Copy
from lib.ui.kit import dialogs
from lib.ui.share import grants, masks, recording_callbacks, share_links
from lib.ui.shell import clipboard
from lib.ui.state import exports, person, session
from lib.ui.state.person import library

PREVIEW_HEIGHT = 320


def show_button(action: Callable[[], None] | None = None) -> bool:
    """Draw the button for a report; return whether it was clicked. `action` is its callback."""
    icon = ":material/summarize:"
    return st.button(_("Report"), key="report", icon=icon, type="tertiary", on_click=action)


def open_comparison(comparison: Comparison, on_dismiss: Callable[[], None]) -> None:
    """Draw the dialog with the report of a comparison's current state."""
    _open([comparison], RecordingKind.COMPARISON, comparison.id, comparison.title, on_dismiss)


def open_run(run: DeckRun) -> None:
    """Draw the dialog with the report of a deck run's current state."""
    rows = library().comparisons.of_run(run.id)
    _open(rows, RecordingKind.DECK, run.id, run.deck.shown_title)


def open_dialog(
    recording: Recording,
    source_id: str,
    on_dismiss: Callable[[], None] | Literal["ignore"] = "ignore",
    *,
    is_own: bool = True,
) -> None:
    """Draw the report's dialog. It lists links by `source_id`, the id of what was recorded.

    There are no links to what somebody else shows (`is_own`).
    """
    findings = masking.find(recording, _own_keys())
    values = recording, source_id, findings, is_own
    dialogs.open(_("Report"), _show, *values, on_dismiss=on_dismiss, width="large")


def open_chat(conversation: Conversation, on_dismiss: Callable[[], None]) -> None:
    """Draw the dialog that shows a copy of a chat to others: of its shown path, as it is now."""
    app.get().engine.flush()
    replies = [message.id for message in conversation.path() if message.reply]
    asked = [recorder.as_comparison(conversation, replies[-1])] if replies else []
    recording = recording_callbacks.record(
        asked, RecordingKind.REPLY, shown_title(conversation.title), recording_id=conversation.id
    )
    if recording:
        values = recording, conversation.id, masking.find(recording, _own_keys())
        dialogs.open(_("Share"), _show_chat, *values, on_dismiss=on_dismiss, width="large")
    else:
        on_dismiss()


def _open(
    comparisons: Sequence[Comparison],
    kind: RecordingKind,
    source_id: str,
    title: str,
    on_dismiss: Callable[[], None] | Literal["ignore"] = "ignore",
) -> None:
    app.get().engine.flush()  # so that the latest words are in it too
    if recording := recording_callbacks.record(comparisons, kind, title, recording_id=source_id):
        open_dialog(recording, source_id, on_dismiss)


def _show(recording: Recording, source_id: str, findings: Sequence[Finding], is_own: bool) -> None:
    st.caption(_contents(recording))
    masked, title = _show_masks(recording, source_id, findings)
    _show_downloads(masked, _file_name(title), source_id)
    if is_own and share_links.is_offered():
        share_links.show(source_id, title, partial(_html, masked))
    clipboard.show()


def _show_chat(recording: Recording, source_id: str, findings: Sequence[Finding]) -> None:
    st.caption(md("{} {}", _("Others see a report: a copy of this chat as it is now."), _contents(recording)))
    masked, title = _show_masks(recording, source_id, findings)
    has_both = grants.is_offered() and share_links.is_offered()
    if grants.is_offered():
        if has_both:
            st.markdown(md(_("**People here**")))
        grants.show(GrantKind.CONVERSATION, source_id, lambda: Copy(title, _html(masked, by=_own_name())))
    if share_links.is_offered():
        if has_both:
            st.markdown(md(_("**Everybody who has the link**")))
        share_links.show(source_id, title, partial(_html, masked))
    clipboard.show()


def deck_page(deck: Deck) -> str:
    """Return a deck as the HTML of a copy for others."""
    return deck_report.html(deck, _loader(), maker=_maker(), keys=_own_keys())


def _html(masked: Callable[[], Recording], *, by: str = "") -> str:
    maker = _("{} · shared by {}").format(_maker(), by) if by else _maker()
    return page.html(masked(), _loader(), maker=maker)


def _own_name() -> str:
    found = person.person()
    return (found.name or found.email) if found else ""


def _show_masks(
    recording: Recording, source_id: str, findings: Sequence[Finding]
) -> tuple[Callable[[], Recording], str]:
    """Draw what is masked, and a preview; return what makes the masked recording, and its title."""
    keys = _own_keys()
    chosen = masks.choose(findings, keys, source_id)
    masked = partial(masking.masked, recording, chosen, keys)
    with st.expander(
        _("Preview"), icon=":material/visibility:", key="report_preview", on_change="rerun"
    ) as fold:
        if fold.open:
            text = markdown.to_markdown(masked(), maker=_maker())
            st.code(text, language=None, wrap_lines=True, height=PREVIEW_HEIGHT)
            st.caption(
                _("JSON also contains the course of each answer, all versions, the text of documents.")
            )
    return masked, masking.masked_text(recording.title, chosen, keys)


def _contents(recording: Recording) -> Markdown:
    """Return counts of what the report contains."""
    messages = [message for cell in recording.cells for message in cell.messages.values()]
    attached = {each.id: each for message in messages for each in message.attachments}.values()
    answers, images = len(list(recordings.answers(recording))), sum(each.is_image for each in attached)
    prompts, documents = len(recording.comparisons), len(attached) - images
    counts = (
        (ngettext("{} prompt", "{} prompts", prompts), prompts),
        (ngettext("{} answer", "{} answers", answers), answers),
        (ngettext("{} image", "{} images", images), images),
        (ngettext("{} document", "{} documents", documents), documents),
    )
    said = [noun.format(formats.number(count)) for noun, count in counts if count]
    return md(
        _("This report contains {}, with models, parameters, system prompts and figures."), listed(said)
    )


def _show_downloads(masked: Callable[[], Recording], name: str, source_id: str) -> None:
    """Draw the download buttons; files are made on demand."""
    maker, about = _maker(), f"report {source_id}"
    with st.container(horizontal=True, gap="small", key="report_files"):
        _download("HTML", partial(_html, masked), f"{name}.html", "text/html", about)
        _download(
            "Markdown",
            lambda: markdown.to_markdown(masked(), maker=maker),
            f"{name}.md",
            "text/markdown",
            about,
        )
        # With a byte order mark, spreadsheets read the file as UTF-8.
        _download("CSV", lambda: table.to_csv(masked()), f"{name}.csv", "text/csv", about)
        _download("JSON", lambda: _as_json(masked()), f"{name}.json", "application/json", about)


def _download(label: str, text: Callable[[], str], file_name: str, mime: str, about: str) -> None:
    st.download_button(
        literal(label),
        # A model may send half a surrogate pair, which has no UTF-8. Bytes: Streamlit would encode text
        # strictly.
        exports.audited(lambda: text().encode(errors="replace"), about, label),
        file_name,
        mime,
        key=f"report_{label.lower()}",
        icon=":material/download:",
        type="primary" if label == "HTML" else "secondary",
        on_click="ignore",
    )


def _as_json(recording: Recording) -> str:
    return json.dumps(recordings.to_json(recording, _loader()), ensure_ascii=False, indent=1)


def _loader() -> Load:
    return archive.loader(app.get().files)


def _own_keys() -> list[str]:
    """Return the keys that this app and this visitor use: their text must never leave."""
    application = app.get()
    sources = session.held().connection, application.connection, application.settings
    keys = (source.api_key for source in sources)
    return [key.reveal() for key in keys if key and key.is_secret]


def _file_name(title: str) -> str:
    return re.sub(r"[^\w-]+", "-", title).strip("-")[:60] or "report"


def _maker() -> str:
    return f"{app.get().settings.title} {VERSION}"
