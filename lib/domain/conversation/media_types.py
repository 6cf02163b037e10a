"""What type a picture has: told by its bytes, whatever its name is."""

import re

PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
"""The types that are taken, shown and sent, with the endings of their files. None can hold a script."""
PICTURE_IN_TEXT = r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]*"
"""A pattern of a small picture that a text carries itself."""
_HEADS = (
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF.{4}WEBPVP8", "image/webp"),
)


def picture_type(data: bytes) -> str | None:
    """One of `PICTURES`, by the first bytes; `None` for anything else.

    GIF and WebP begin with letters, as a text may: whether bytes follow that no text has, is not asked here.
    """
    return next((media_type for head, media_type in _HEADS if re.match(head, data, re.DOTALL)), None)
