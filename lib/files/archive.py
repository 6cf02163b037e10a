"""The images of conversations that leave in an export or come in with one."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lib.chat import exports
from lib.chat.attachments import Attachment
from lib.chat.conversations import Conversation
from lib.chat.messages import Message
from lib.files.folder import Files, Missing, checked


def exported(conversations: Iterable[Conversation], files: Files) -> dict[str, Any]:
    """The conversations as plain JSON values, with the bytes of their images."""

    def load(attachment: Attachment) -> bytes | None:
        try:
            return files.load(attachment)
        except Missing:
            return None

    return exports.to_json(conversations, load)


def with_files(conversation: Conversation, files: Files) -> Conversation:
    """An imported conversation with its images in files. What is none loses its bytes."""
    messages = {own: _with_files(message, files) for own, message in conversation.messages.items()}
    return replace(conversation, messages=messages)


def _with_files(message: Message, files: Files) -> Message:
    reply = message.reply
    if reply and reply.images:
        reply = replace(reply, images=tuple(_kept(image, files) for image in reply.images))
    attachments = tuple(_kept(attachment, files) for attachment in message.attachments)
    return replace(message, attachments=attachments, reply=reply)


def _kept(attachment: Attachment, files: Files) -> Attachment:
    if attachment.data is None or not attachment.is_image:
        return replace(attachment, data=None)
    try:
        return files.keep(checked(attachment.name, attachment.data, text=attachment.text))
    except ValueError:
        return replace(attachment, data=None)
