"""Files on the page: those of a message, those that a model drew, those that wait to be sent."""

from collections.abc import Sequence

import streamlit as st

from lib import app
from lib.chat.attachments import Attachment, images_of
from lib.files.folder import Missing
from lib.ui import actions
from lib.ui.labels import plain
from lib.ui.session import Session

THUMBNAIL_SIDE = 640
"""Pixels of the longest side: enough for a sharp preview."""
SHOWN_WIDTH, WAITING_WIDTH, DRAWN_WIDTH = 200, 64, 480
"""How wide images are drawn, in CSS pixels: in a bubble, over the composer, in an answer."""


def show(attachments: Sequence[Attachment]) -> None:
    """Draw what came with a message: images as previews, documents as chips."""
    if images := images_of(attachments):
        with st.container(horizontal=True, gap="small"):
            for image in images:
                _show_image(image, SHOWN_WIDTH)
    for document in attachments:
        if not document.is_image:
            st.badge(_label(document), icon=":material/description:", color="gray")
            if document.note:
                st.caption(plain(document.note))


def show_drawn(images: Sequence[Attachment], key: str) -> None:
    """Draw the images of an answer, each with a button that saves it."""
    for number, image in enumerate(images):
        try:
            data = app.get().files.load(image)
        except Missing:
            st.caption(_gone(image))
            continue
        st.image(data, width=DRAWN_WIDTH)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.download_button(
                "Download",
                data,
                image.name,
                image.media_type,
                key=f"save-{key}-{number}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )
            size = f"{image.width} × {image.height}"
            st.caption(size + (f" · {plain(image.text)}" if image.text else ""))


def show_waiting(session: Session) -> None:
    """Draw what goes with the next message, and what has to be said about the last files."""
    for number, sentence in enumerate(session.refusals):
        with st.container(horizontal=True, vertical_alignment="center", key=f"refusal-{number}"):
            st.caption(f":material/error: {plain(sentence)}", width="stretch")
            if session.recording and number == len(session.refusals) - 1:
                st.button("Try again", key="write_down_again", on_click=actions.write_down_again)
    if session.attached:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="waiting"):
            for attachment in session.attached:
                _show_waiting(attachment)


def _show_waiting(attachment: Attachment) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xxsmall", width="content", border=True
    ):
        if attachment.is_image:
            _show_image(attachment, WAITING_WIDTH)
        else:
            label = _label(attachment) + (f" · {plain(attachment.note)}" if attachment.note else "")
            st.caption(f":material/description: {label}", width="content")
        st.button(
            "",
            key=f"detach-{attachment.id}",
            icon=":material/close:",
            help=f"Remove {plain(attachment.name)}",
            type="tertiary",
            on_click=actions.detach,
            args=(attachment.id,),
        )


def _show_image(image: Attachment, width: int) -> None:
    try:
        data = app.get().files.smaller(image, THUMBNAIL_SIDE)
    except Missing:
        st.caption(_gone(image))
    else:
        st.image(data, width=width)


def _gone(image: Attachment) -> str:
    return f":material/broken_image: {plain(image.name)} is not here any more."


def _label(document: Attachment) -> str:
    pages = f" · {document.pages:,} {'page' if document.pages == 1 else 'pages'}" if document.pages else ""
    return f"{plain(document.name)}{pages} · ≈ {document.tokens:,} tokens"
