"""Sounds from elsewhere: a gateway, an import."""

import re
from dataclasses import replace
from hashlib import sha256

from lib.domain.conversation.attachments import Attachment, AttachmentKind

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
    """The sound under the id of its bytes and with their real type. Raises `ValueError` for anything else."""
    data = sound.data or b""
    media_type = next((kind for head, kind in _KINDS if re.match(head, data, re.DOTALL)), None)
    if media_type is None:
        raise ValueError(f"“{sound.name}” is not a sound that can be played.")
    if len(data) > LARGEST_SOUND:
        raise ValueError(f"“{sound.name}” is larger than {LARGEST_SOUND // 1024**2} MB.")
    id_ = sha256(data).hexdigest()
    return replace(sound, id=id_, kind=AttachmentKind.AUDIO, media_type=media_type, size=len(data))
