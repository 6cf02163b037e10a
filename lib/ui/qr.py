"""QR codes of links, for phones."""

import io

import segno


def png(link: str) -> bytes:
    """A picture of the link, dark on white with its margin: readable on a dark page too."""
    picture = io.BytesIO()
    segno.make(link, error="m").save(picture, kind="png", scale=8, border=3)
    return picture.getvalue()
