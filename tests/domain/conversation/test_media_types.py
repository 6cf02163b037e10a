"""What type a picture has, by its bytes."""

import pytest

from lib.domain.conversation.media_types import PICTURES, picture_type


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"RIFF\x0a\0\0\0WEBPVP8L", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"<svg/>", None),
        (b"a GIF89a", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell(data: bytes, media_type: str | None) -> None:
    assert picture_type(data) == media_type
    assert media_type is None or media_type in PICTURES
