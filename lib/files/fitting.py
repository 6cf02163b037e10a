"""Makes the images of a request fit the size that a gateway, or a proxy in front of it, accepts."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lib.domain.conversation.attachments import Attachment, document_text
from lib.domain.conversation.messages import Message
from lib.domain.text.sentences import Sentence, sentence
from lib.files.folder import Files, Missing

STEPS = ((1120, 75), (784, 70), (512, 60))
"""Side in pixels and JPEG quality, tried one after another on images that are too large."""
BASE64_GROWTH = 4 / 3
SPARE_BYTES = 4 * 1024
"""For parameters and the JSON around the messages."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The images of a conversation that are sent."""

    data: Mapping[str, bytes]
    """The bytes of each image by its id; a missing image is not sent."""
    notices: tuple[Sentence, ...] = ()
    """What was left out."""


def fit(files: Files, messages: Sequence[Message], *, text_bytes: int, request_bytes: int) -> Fitted:
    """Return the images of these messages, reduced only as much as the request's limit demands.

    The oldest message's images are made smaller first, the newest's last; if that is not enough, images are
    left out, the oldest first. `text_bytes` is the size of the request's text.
    """
    groups = [images for message in messages if (images := message.images)]
    data: dict[str, bytes] = {}
    missing = 0
    for image in (image for group in groups for image in group):
        try:
            data[image.id] = files.load(image)
        except Missing:
            missing += 1
    budget = (request_bytes - text_bytes - SPARE_BYTES) / BASE64_GROWTH
    uses = [image.id for group in groups for image in group if image.id in data]

    def fits() -> bool:
        return sum(len(data[id_]) for id_ in uses) <= budget

    for group in groups:
        for side, quality in STEPS:
            if fits():
                break
            _shrink(files, group, data, side, quality)
    left_out = 0
    for id_ in reversed(dict.fromkeys(reversed(uses))):  # an image that was sent again counts as new
        if fits():
            break
        uses = [use for use in uses if use != id_]
        del data[id_]
        left_out += 1
    return Fitted(data, tuple(_notices(left_out, missing)))


def text_bytes(messages: Sequence[Message], system_prompt: str) -> int:
    """The approximate size in bytes of the texts and documents of a request."""
    texts = [system_prompt]
    for message in messages:
        texts += [message.said, *(document_text(a) for a in message.attachments if not a.is_image)]
    # Line breaks and quotes take two bytes in JSON.
    return sum(len(text.encode("utf-8", "replace")) + text.count("\n") + text.count('"') for text in texts)


def _shrink(
    files: Files, images: Sequence[Attachment], data: dict[str, bytes], side: int, quality: int
) -> None:
    for image in images:
        if image.id in data:
            with contextlib.suppress(Missing):
                data[image.id] = min(data[image.id], files.smaller(image, side, quality), key=len)


def _notices(left_out: int, missing: int) -> Iterator[Sentence]:
    if left_out:
        yield sentence("images_left_out", count=left_out)
    if missing:
        yield sentence("images_gone", count=missing)
