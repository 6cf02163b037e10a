"""A model's speech as a playable file."""

import io
import wave
from base64 import b64decode
from hashlib import sha256

from lib.domain.conversation.attachments import Attachment, AttachmentKind

PCM_RATE = 24_000
"""Samples per second of a streamed answer: 16 bits, mono (https://platform.openai.com/docs/guides/audio)."""
_KINDS = (
    (b"RIFF", "audio/wav", ".wav"),
    (b"ID3", "audio/mpeg", ".mp3"),
    (b"\xff\xfb", "audio/mpeg", ".mp3"),
    (b"\xff\xf3", "audio/mpeg", ".mp3"),
    (b"OggS", "audio/ogg", ".ogg"),
    (b"fLaC", "audio/flac", ".flac"),
)


class Speech:
    """A model's speech, assembled from its base64 pieces.

    Some servers encode each piece, others split the encoded whole.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._rest = ""
        """The rest of the last piece if it did not end on a whole byte group."""

    def add(self, data: str) -> bool:
        """Add one more piece; return whether it could be decoded."""
        data = self._rest + data
        whole = len(data) // 4 * 4
        self._rest = data[whole:]
        try:
            self._pieces.append(b64decode(data[:whole], validate=True))
        except ValueError:
            self._rest = ""
            return False
        return True

    def close(self) -> Attachment | None:
        """The sound, if there was any."""
        if self._rest:
            self.add("=" * (-len(self._rest) % 4))
        data, self._pieces = b"".join(self._pieces), []
        return sound(data) if data else None


def sound(data: bytes) -> Attachment:
    """The sound, named by its format; raw samples become a WAV file."""
    kind = next(((media, ending) for head, media, ending in _KINDS if data.startswith(head)), None)
    if kind is None:
        data, kind = _as_wav(data), ("audio/wav", ".wav")
    id_ = sha256(data).hexdigest()
    return Attachment(id_, AttachmentKind.AUDIO, f"speech{kind[1]}", kind[0], len(data), data=data)


def _as_wav(samples: bytes) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(PCM_RATE)
        # Whole samples only: a stream may have been cut inside one.
        file.writeframes(samples[: len(samples) // 2 * 2])
    return written.getvalue()
