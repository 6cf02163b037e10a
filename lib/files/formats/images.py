"""Images as models take them: upright, 8 bits, sRGB, without metadata, no side longer than the limit.

An image that is much longer than wide is cut into pieces along its longer side: reduced as a whole, a
scrolled screenshot becomes unreadable.
"""

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from lib.domain.text.sentences import Sentence, sentence
from lib.files.formats.kinds import Unreadable

LARGEST_PIXELS = 50_000_000
"""More than most phone cameras have; decoded, 200 MB."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
JPEG_QUALITY = 85
MOST_PIECES = 8
"""Pieces of one image: enough for a page on a phone, and it leaves room for other files in a message."""
OVERLAP = 64
"""Pixels that two pieces share, so that every line of text is whole in one of them."""
LONG, CUT_BELOW = 2.5, 0.5
"""An image is cut if it is `LONG` times as long as wide and would be reduced below the factor `CUT_BELOW`."""
TOLD_BELOW = 1 / 3
"""A reduction below this factor is reported: small text may be unreadable."""
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Piece:
    """An encoded picture: a whole image, or a piece of a long one."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """An image, converted for a model."""

    pieces: tuple[Piece, ...]
    notes: tuple[Sentence, ...]
    """What was left out or reduced, a sentence each."""


def read(data: bytes, longest_side: int) -> Picture:
    """Read the image in a file. Raises `Unreadable` if it is too large, and anything if it is damaged."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit applies before anything is decoded
    image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
    width, height = image.size
    if width * height > LARGEST_PIXELS:
        raise Unreadable("too_many_pixels", width=width, height=height, most=LARGEST_PIXELS // 10**6)
    is_animated = _is_animated(image)
    scale = _scale(max(width, height), min(width, height), longest_side)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    image = _shown(image, size)
    boxes = list(_boxes(*image.size, longest_side))
    pieces = tuple(_piece(image.crop(box), is_one=len(boxes) == 1) for box in boxes)
    notes = [sentence("first_picture")] if is_animated else []
    if scale < TOLD_BELOW:
        sizes = {"width": width, "height": height, "new_width": size[0], "new_height": size[1]}
        notes.append(sentence("made_smaller", **sizes))
    return Picture(pieces, tuple(notes))


def _is_animated(image: Image.Image) -> bool:
    with contextlib.suppress(
        OSError, SyntaxError, ValueError
    ):  # what follows the first picture may be damaged
        return image.format != "JPEG" and bool(getattr(image, "is_animated", False))
    return False


def _scale(longer: int, shorter: int, longest_side: int) -> float:
    """The factor by which an image is reduced: as a whole, or so that its pieces fit."""
    whole = min(1.0, longest_side / longer)
    if longer <= LONG * shorter or whole >= CUT_BELOW:
        return whole
    in_pieces = MOST_PIECES * longest_side - (MOST_PIECES - 1) * OVERLAP
    return min(1.0, longest_side / shorter, in_pieces / longer)


def _boxes(width: int, height: int, longest_side: int) -> Iterator[tuple[int, int, int, int]]:
    """The pieces, from the top or the left, all of about the same length."""
    longer = max(width, height)
    count = max(1, math.ceil((longer - OVERLAP) / (longest_side - OVERLAP)))
    length = math.ceil((longer + (count - 1) * OVERLAP) / count)
    for number in range(count):
        start = min(number * (length - OVERLAP), longer - length)
        end = start + length
        yield (0, start, width, end) if height >= width else (start, 0, end, height)


def _shown(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The first frame of a file as it should look, RGB or RGBA; `size` is the size before rotation."""
    profile, turn = image.info.get("icc_profile"), image.getexif().get(_ORIENTATION)
    # Before anything is decoded: a JPEG can be decoded at a smaller size.
    image.draft("RGB", size)
    image.seek(0)
    is_transparent = image.has_transparency_data
    if image.mode[:1] in "IF":
        image, is_transparent = _eight_bits(image), False
    elif is_transparent:
        image = image.convert("RGBA")
    elif image.mode in ("1", "P"):
        image = image.convert("RGB")
    # Reduced before colours and rotation: both take time per pixel.
    image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    image = _in_srgb(image, profile) if profile else image
    image = image.convert("RGBA" if is_transparent else "RGB")
    if turn in range(2, 9):
        image.getexif()[_ORIENTATION] = turn
        image = ImageOps.exif_transpose(image)
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """A 16-bit grey image in 8 bits: the upper byte of each pixel. Pillow would clip values above 255."""
    if image.mode == "F":
        image = image.convert("I")
    if image.mode == "I":
        image = image.convert("I;16")
    return Image.frombytes("L", image.size, image.tobytes("raw", "I;16B")[::2])


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The image with the colours that its profile means; unchanged if the profile does not fit it."""
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        changed = ImageCms.profileToProfile(image, own, srgb, outputMode=mode)
        return changed or image
    return image


def _piece(image: Image.Image, *, is_one: bool) -> Piece:
    """A JPEG, or a PNG if the image is transparent; pieces get a white background. Metadata is dropped."""
    # Pillow would write some of it into the file again: comments, the profile.
    image.info = {}
    kept = BytesIO()
    if image.mode == "RGBA" and image.getextrema()[-1][0] < 255:  # type: ignore[index]
        if is_one:
            image.save(kept, "PNG", optimize=True)
            return Piece(kept.getvalue(), "image/png", *image.size)
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image.convert("RGB").save(kept, "JPEG", quality=JPEG_QUALITY, optimize=is_one)
    return Piece(kept.getvalue(), "image/jpeg", *image.size)
