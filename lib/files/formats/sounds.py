"""Sounds from elsewhere: a gateway, an import."""

import re
from dataclasses import replace
from hashlib import sha256

from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.files.refusal import refused

LARGEST_SOUND = 20 * 1024 * 1024
"""Bytes."""
_KINDS = (
    (rb"RIFF....WAVE", "audio/wav"),
    (rb"ID3|\xff[\xe2-\xff]", "audio/mpeg"),
    (rb"OggS", "audio/ogg"),
    (rb"fLaC", "audio/flac"),
)
"""Types that browsers play. Whatever a file claims to be, it is served as the type of its first bytes."""


def checked_sound(sound: Attachment) -> Attachment:
    """The sound under the id of its bytes and with their real type. Raises `FileRefused` otherwise."""
    data = sound.data or b""
    media_type = next((kind for head, kind in _KINDS if re.match(head, data, re.DOTALL)), None)
    if media_type is None:
        raise refused(sound.name, "not_a_sound")
    if len(data) > LARGEST_SOUND:
        raise refused(sound.name, "larger", most=LARGEST_SOUND // 1024**2)
    id_ = sha256(data).hexdigest()
    return replace(sound, id=id_, kind=AttachmentKind.AUDIO, media_type=media_type, size=len(data))
