"""The type of a picture, from its bytes, whatever its name is."""

import re

PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
"""The types that are accepted, shown and sent, with their file extensions. None can contain a script."""
PICTURE_IN_TEXT = r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]*"
"""A pattern for a small picture embedded in a text."""
_HEADS = (
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF.{4}WEBPVP8", "image/webp"),
)


def picture_type(data: bytes) -> str | None:
    """One of `PICTURES`, by the first bytes; `None` for anything else.

    GIF and WebP begin with letters, as a text may: this does not check for bytes that no text has.
    """
    return next((media_type for head, media_type in _HEADS if re.match(head, data, re.DOTALL)), None)
