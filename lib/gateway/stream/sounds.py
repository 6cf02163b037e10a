"""What a model says aloud, as a file that can be played."""

import io
import wave
from hashlib import sha256

from lib.chat.attachments import Attachment, AttachmentKind

PCM_RATE = 24_000
"""Samples a second of a streamed answer: 16 bits, one channel (https://platform.openai.com/docs/guides/audio)."""
_KINDS = (
    (b"RIFF", "audio/wav", ".wav"),
    (b"ID3", "audio/mpeg", ".mp3"),
    (b"\xff\xfb", "audio/mpeg", ".mp3"),
    (b"\xff\xf3", "audio/mpeg", ".mp3"),
    (b"OggS", "audio/ogg", ".ogg"),
    (b"fLaC", "audio/flac", ".flac"),
)


def sound(data: bytes) -> Attachment:
    """The sound under the name of its format; samples without a format become a WAV file."""
    kind = next(((media, ending) for head, media, ending in _KINDS if data.startswith(head)), None)
    if kind is None:
        data, kind = _as_wav(data), ("audio/wav", ".wav")
    own = sha256(data).hexdigest()
    return Attachment(own, AttachmentKind.AUDIO, f"speech{kind[1]}", kind[0], len(data), data=data)


def _as_wav(samples: bytes) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(PCM_RATE)
        file.writeframes(samples[: len(samples) // 2 * 2])
    return written.getvalue()
