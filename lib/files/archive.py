"""The images of conversations and recordings that leave in an export or come in with one."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lib.chat import exports
from lib.chat.attachments import Attachment, AttachmentKind
from lib.chat.conversations import Conversation
from lib.chat.exports import Load
from lib.chat.messages import Message
from lib.chat.recordings import Recording
from lib.chat.recordings import with_files as with_recorded_files
from lib.files.folder import Files, Missing, checked
from lib.files.sounds import checked_sound

NO_IMAGE = "none"
"""The id of an image that is not there: no file and no other image has it."""


def exported(conversations: Iterable[Conversation], files: Files) -> dict[str, Any]:
    """The conversations as plain JSON values, with the bytes of their images."""
    return exports.to_json(conversations, loader(files))


def with_files(conversation: Conversation, files: Files) -> Conversation:
    """An imported conversation with its images in files. What is none loses its bytes."""
    messages = {own: _with_files(message, files) for own, message in conversation.messages.items()}
    return replace(conversation, messages=messages)


def loader(files: Files) -> Load:
    """Gives the bytes of images for an export; `None` where their file is gone."""

    def load(attachment: Attachment) -> bytes | None:
        try:
            return files.load(attachment)
        except Missing:
            return None

    return load


def with_checked_images(recording: Recording) -> Recording:
    """An imported recording that keeps its files in itself. What cannot be shown loses its bytes."""
    known: dict[str, Attachment] = {}

    def checked_once(image: Attachment) -> Attachment:
        if image.id not in known:
            known[image.id] = _checked(image)
        return known[image.id]

    return with_recorded_files(recording, checked_once)


def _checked(image: Attachment) -> Attachment:
    """The image under the id of its bytes, whatever a file says: pages remember images by their ids."""
    nothing = replace(image, id=NO_IMAGE, data=None)
    if image.data is None:
        return nothing
    try:
        return _looked_at(image)
    except ValueError:
        return nothing


def _looked_at(file: Attachment) -> Attachment:
    """A picture or a sound as what it really is. Raises `ValueError` for anything else."""
    if file.kind is AttachmentKind.AUDIO:
        return checked_sound(file)
    return checked(file.name, file.data or b"", text=file.text)


def _with_files(message: Message, files: Files) -> Message:
    reply = message.reply
    if reply and reply.made:
        images = tuple(_kept(image, files) for image in reply.images)
        reply = replace(reply, images=images, audio=tuple(_kept(sound, files) for sound in reply.audio))
    attachments = tuple(_kept(attachment, files) for attachment in message.attachments)
    return replace(message, attachments=attachments, reply=reply)


def _kept(attachment: Attachment, files: Files) -> Attachment:
    if attachment.data is None or attachment.kind is AttachmentKind.DOCUMENT:
        return replace(attachment, data=None)
    try:
        return files.keep(_looked_at(attachment))
    except ValueError:
        return replace(attachment, data=None)
