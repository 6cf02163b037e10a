"""The images of conversations and recordings, for exports and imports."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import IO

from lib.domain.comparison import recordings
from lib.domain.comparison.recordings import Recording
from lib.domain.comparison.recordings import with_files as with_recorded_files
from lib.domain.conversation import exports
from lib.domain.conversation.attachments import Attachment, AttachmentKind, data_in
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.exports import Load
from lib.domain.conversation.media_types import PICTURES
from lib.domain.conversation.messages import Message
from lib.domain.text.inline_images import InlineImages
from lib.domain.text.sentences import sentence
from lib.domain.text.validation import FormatError
from lib.files.folder import Files, Missing, checked
from lib.files.formats.sounds import checked_sound
from lib.files.refusal import FileRefused

NO_IMAGE = "none"
"""The id of a missing image: no file and no other image has it."""
LARGEST_PART = 50_000_000
"""Characters of a JSON file in an export's zip, unless a single chat is longer."""

LARGEST_RECORDING = 20_000_000
"""Bytes of a recording's file that can be imported."""


def json_pieces(conversations: Iterable[Conversation], files: Files) -> Iterator[str]:
    """Yield an export as the pieces of one JSON file, including the bytes of its images."""
    load = loader(files)
    return exports.json_pieces(exports.json_text(conversation, load) for conversation in conversations)


def write_zip(conversations: Iterable[Conversation], files: Files, file: IO[bytes]) -> None:
    """Write an export as a zip of JSON files, each of which can be imported by itself."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        write_chats(conversations, files, written)


def write_chats(conversations: Iterable[Conversation], files: Files, written: zipfile.ZipFile) -> None:
    """Add an export's JSON files to a zip."""
    load = loader(files)
    texts = (exports.json_text(conversation, load) for conversation in conversations)
    for number, part in groupby(_numbered(texts), key=itemgetter(0)):
        # The length is unknown before writing; without zip64, `zipfile` fails at 2 GB.
        with written.open(f"chats-{number:03}.json", "w", force_zip64=True) as member:
            for piece in exports.json_pieces(text for _, text in part):
                member.write(piece.encode("utf-8", "replace"))


def _numbered(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The conversations, each with the number of its file."""
    number, size = 1, 0
    for text in texts:
        if size and size + len(text) > LARGEST_PART:
            number, size = number + 1, 0
        size += len(text)
        yield number, text


def with_files(conversation: Conversation, files: Files) -> Conversation:
    """An imported conversation with its images in files. Anything that is not an image loses its bytes."""
    messages = {id_: _with_files(message, files) for id_, message in conversation.messages.items()}
    return replace(conversation, messages=messages)


def loader(files: Files) -> Load:
    """Return a function that loads images for an export; it returns `None` if the file is gone."""

    def load(attachment: Attachment) -> bytes | None:
        try:
            return files.load(attachment)
        except Missing:
            return None

    return load


def recording_in(data: bytes) -> Recording:
    """Parse a recording from a file of any origin. Raises `FileRefused` or `FormatError`."""
    if len(data) > LARGEST_RECORDING:
        raise FileRefused(sentence("recording_too_large", most=LARGEST_RECORDING // 1_000_000))
    try:
        return with_checked_images(recordings.from_json(json.loads(data)))
    except FormatError:
        raise
    except (ValueError, RecursionError):  # not JSON, or nested too deeply for Python
        raise FileRefused(sentence("not_json")) from None


def with_checked_images(recording: Recording) -> Recording:
    """An imported recording that holds its files' bytes itself. What cannot be shown loses its bytes."""
    known: dict[str, Attachment] = {}

    def checked_once(image: Attachment) -> Attachment:
        if image.id not in known:
            known[image.id] = _checked(image)
        return known[image.id]

    return with_recorded_files(recording, checked_once)


def _checked(image: Attachment) -> Attachment:
    """The image under the id of its bytes, whatever the file claims: pages cache images by id."""
    nothing = replace(image, id=NO_IMAGE, data=None)
    if image.data is None:
        return nothing
    try:
        return _looked_at(image)
    except ValueError:
        return nothing


def _looked_at(file: Attachment) -> Attachment:
    """A picture or sound with its real type. Raises `ValueError` for anything else."""
    if file.kind is AttachmentKind.AUDIO:
        return checked_sound(file)
    return checked(file.name, file.data or b"", text=file.text)


def _with_files(message: Message, files: Files) -> Message:
    attachments = tuple(_kept(attachment, files) for attachment in message.attachments)
    reply = message.reply
    if reply is None:
        return replace(message, attachments=attachments)
    text, written = _without_pictures(reply.text, files)
    images = (*(_kept(image, files) for image in reply.images), *written)
    audio = tuple(_kept(sound, files) for sound in reply.audio)
    reply = replace(reply, text=text, images=images, audio=audio)
    return replace(message, content=text, attachments=attachments, reply=reply)


def _without_pictures(text: str, files: Files) -> tuple[str, list[Attachment]]:
    """The text without its embedded base64 pictures, and those pictures as attachments in files."""
    if "data:image/" not in text:
        return text, []
    reading, kept, pictures = InlineImages(), list[str](), list[Attachment]()
    for piece in (*reading.feed(text), *reading.close()):
        if isinstance(piece, str):
            kept.append(piece)
            continue
        try:
            image = checked(f"image-{len(pictures) + 1}", data_in(piece.data_uri), text=piece.name)
        except ValueError:
            kept.append(piece.written)
        else:
            pictures.append(files.keep(with_ending(image)))
    return "".join(kept).strip() if pictures else text, pictures


def with_ending(image: Attachment) -> Attachment:
    """A picture without a name of its own, named with the extension of its type."""
    return replace(image, name=image.name + PICTURES[image.media_type])


def _kept(attachment: Attachment, files: Files) -> Attachment:
    if attachment.data is None or attachment.kind is AttachmentKind.DOCUMENT:
        return replace(attachment, data=None)
    try:
        return files.keep(_looked_at(attachment))
    except ValueError:
        return replace(attachment, data=None)
