"""Files on the page: of a message, made by a model, or waiting to be sent."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext

import streamlit as st

from lib import app
from lib.domain.conversation.attachments import Attachment, images_of, upload_name, uploads
from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.domain.text.sentences import joined
from lib.files.folder import Missing
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.ui.kit.labels import show_badge
from lib.ui.state.conversation.draft import Draft

THUMBNAIL_SIDE = 640
"""The longest side in pixels: enough for a sharp preview."""
SHOWN_SIDE, WAITING_SIDE = 200, 44
"""The longest side of previews, in CSS pixels: in a bubble, and above the composer."""
DRAWN_WIDTH, DRAWN_WIDTH_OF_MANY = 480, 320
"""The greatest width of an answer's images, in CSS pixels: a single one, and each of several."""
TALLEST, NARROWEST = 560, 140
"""Their greatest height, and their least width, which the caption and the button below need."""


def show(attachments: Sequence[Attachment]) -> None:
    """Draw the files of a message: images as previews, documents as chips."""
    if images := images_of(attachments):
        with st.container(horizontal=True, gap="small"):
            for image in images:
                _show_image(image, SHOWN_SIDE)
        _show_notes(images)
    for document in attachments:
        if not document.is_image:
            show_badge(_label(document), md(":material/description:"))
            if document.notes:
                st.caption(plain(joined(document.notes)))


def show_drawn(images: Sequence[Attachment], key: str) -> None:
    """Draw the images of an answer, each with a button that saves it."""
    width = DRAWN_WIDTH if len(images) == 1 else DRAWN_WIDTH_OF_MANY
    with st.container(horizontal=True) if images else nullcontext():
        for number, image in enumerate(images):
            with st.container(width=_drawn_width(image, width), gap="xsmall"):
                _show_one_drawn(image, f"save-{key}-{number}")


def _drawn_width(image: Attachment, most: int) -> int:
    """Return the width in pixels: `most`, or less if the image would become too high."""
    if not image.width or not image.height:
        return most
    return max(NARROWEST, min(most, image.width, TALLEST * image.width // image.height))


def _show_one_drawn(image: Attachment, key: str) -> None:
    try:
        data = app.get().files.load(image)
    except Missing:
        st.caption(_gone(image))
        return
    st.image(data, width="stretch")
    st.caption(md("{} × {}{}", image.width, image.height, md(" · {}", image.text) if image.text else ""))
    st.download_button(
        literal(_("Download")),
        data,
        image.name,
        image.media_type,
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def show_sounds(sounds: Sequence[Attachment]) -> None:
    """Draw players for a model's speech; its words are the answer's text."""
    for sound in sounds:
        try:
            st.audio(app.get().files.load(sound), format=sound.media_type)
        except Missing:
            st.caption(_gone(sound))


def show_waiting(
    draft: Draft, detach: Callable[[str], None], write_down_again: Callable[[], None] | None = None
) -> None:
    """Draw the files of the next message, and why the last message, files or recording were refused.

    `detach` removes a file; `write_down_again` retries the transcription.
    """
    # Drawn even if nothing waits: otherwise the sent files stay on the page until the run ends.
    slot = st.empty()
    if not (draft.unsent or draft.refusals or draft.attachments):
        return
    with slot.container(gap="xsmall"):
        if draft.unsent:
            _show_refusal(draft.unsent)
        if draft.refusals:
            _show_refusals(draft.refusals, write_down_again)
        if draft.attachments:
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key="waiting"):
                for pieces in uploads(draft.attachments):
                    _show_waiting(pieces, detach)
            _show_notes(draft.attachments)


def _show_refusals(refusals: Sequence[str], write_down_again: Callable[[], None] | None) -> None:
    """Draw why nothing was sent."""
    for sentence in refusals:
        _show_refusal(sentence)
    if write_down_again:
        st.button(_("Try again"), key="write_down_again", on_click=write_down_again)
    else:
        st.caption(_("Change the message or its files, or send it again without what was refused."))


def _show_refusal(sentence: str) -> None:
    # No caption: it is faded, and faded red cannot be read.
    st.markdown(md(":small[{}]", md(_(":red[:material/error: **Not sent.** {}]"), sentence)))


def _show_waiting(pieces: Sequence[Attachment], detach: Callable[[str], None]) -> None:
    """Draw one chip per file, even if its image was cut into several."""
    attachment = pieces[0]
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        gap="xxsmall",
        width="content",
        border=True,
        key=f"chip-{attachment.id}",
    ):
        if attachment.is_image:
            _show_image(attachment, WAITING_SIDE)
            if len(pieces) > 1:
                st.caption(md(ngettext("{} piece", "{} pieces", len(pieces)), len(pieces)), width="content")
        else:
            st.caption(md(":material/description: {}", _label(attachment)), width="content")
        st.button(
            md(_("Remove {}"), upload_name(attachment)),
            key=f"detach-{attachment.id}",
            icon=":material/close:",
            type="tertiary",
            on_click=_detach,
            args=(detach, [each.id for each in pieces]),
        )


def _detach(detach: Callable[[str], None], ids: Sequence[str]) -> None:
    for id_ in ids:
        detach(id_)


def _show_notes(attachments: Sequence[Attachment]) -> None:
    """Draw for each file what was left out of it or is uncertain."""
    for first in (pieces[0] for pieces in uploads(attachments)):
        if first.notes:
            st.caption(md("{}: {}", upload_name(first), joined(first.notes)))


def _show_image(image: Attachment, side: int) -> None:
    try:
        data = app.get().files.smaller(image, THUMBNAIL_SIDE)
    except Missing:
        st.caption(_gone(image))
    else:
        longest = max(image.width or 1, image.height or 1)
        st.image(data, width=max(1, side * (image.width or 1) // longest))


def _gone(image: Attachment) -> Markdown:
    return md(_(":material/broken_image: {} no longer exists."), image.name)


def _label(document: Attachment) -> Markdown:
    size = md(ngettext("≈ {} token", "≈ {} tokens", document.tokens), formats.number(document.tokens))
    if not document.pages:
        return md("{} · {}", document.name, size)
    pages = md(ngettext("{} page", "{} pages", document.pages), formats.number(document.pages))
    return md("{} · {} · {}", document.name, pages, size)
