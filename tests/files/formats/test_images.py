"""Images come out as they are meant to look, whatever their mode; long ones in pieces that can be read."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from lib.domain.conversation.attachments import uploads
from lib.domain.text.sentences import joined
from lib.files.formats import images
from lib.files.formats.images import LONG, MOST_PIECES, OVERLAP, Picture
from lib.files.upload_validation import LONGEST_SIDE, take

WIDTH, HEIGHT = 64, 8


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(colour_type: int, pixels: list[list[int]], extra: bytes = b"") -> bytes:
    """A PNG of 16 bits: a row of these pixels, each with the samples of its colour type, eight times."""
    row = b"\0" + b"".join(struct.pack(">H", sample) for pixel in pixels for sample in pixel)
    head = struct.pack(">IIBBBBB", len(pixels), HEIGHT, 16, colour_type, 0, 0, 0)
    body = _chunk(b"IDAT", zlib.compress(row * HEIGHT))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + extra + body + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def read(data: bytes) -> Picture:
    return images.read(data, LONGEST_SIDE)


def row(data: bytes) -> list[Any]:
    """The pixels in the middle row of the one piece that comes of it."""
    (piece,) = read(data).pieces
    image = Image.open(BytesIO(piece.data))
    return [image.getpixel((x, image.height // 2)) for x in range(image.width)]


def near(found: Any, wanted: tuple[int, ...], by: int = 8) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


SIXTEEN = st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=6)


@given(SIXTEEN)
@settings(deadline=None)
def test_grey_of_16_bits_is_its_upper_byte(values: list[int]) -> None:
    pixels = [[value] for value in values for _ in range(16)]  # wide enough for JPEG to keep them apart
    found = row(png(0, pixels))
    for number, value in enumerate(values):
        assert near(found[number * 16 + 8], (value >> 8,) * 3)


@given(SIXTEEN)
@settings(deadline=None)
def test_colours_of_16_bits_are_their_upper_bytes(values: list[int]) -> None:
    rgb = [[value, 0xFFFF - value, value // 2] for value in values for _ in range(16)]
    seen_through = [[*samples, 0x8000] for samples in rgb]
    for number, value in enumerate(values):
        wanted = (value >> 8, (0xFFFF - value) >> 8, (value // 2) >> 8)
        assert row(png(6, seen_through))[number * 16 + 8] == (*wanted, 0x80)
        grey = row(png(4, [[sample, 0x8000] for sample, *_ in rgb]))
        assert grey[number * 16 + 8] == (wanted[0],) * 3 + (0x80,)
        if len(values) == 1:
            assert near(row(png(2, rgb))[8], wanted, by=12)


@pytest.mark.parametrize(("mode", "packed"), [("I;16", "<H"), ("I;16B", ">H"), ("I", "<i"), ("F", "<f")])
def test_every_mode_of_16_bits_is_made_8_the_same_way(mode: str, packed: str) -> None:
    values = [x * 1040 for x in range(WIDTH)]
    ramp = b"".join(struct.pack(packed, value) for value in values)
    found = images._eight_bits(Image.frombytes(mode, (WIDTH, 1), ramp))
    assert [found.getpixel((x, 0)) for x in range(WIDTH)] == [value >> 8 for value in values]


MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA"),
    "JPEG": ("1", "L", "RGB", "CMYK", "YCbCr"),
    "WEBP": ("L", "P", "RGB", "RGBA"),
    "GIF": ("1", "L", "P", "RGB", "RGBA"),
}


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in MODES.items() for mode in modes])
@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (204, 51, 102)])
def test_every_mode_of_every_format_keeps_its_colours(
    kind: str, mode: str, colour: tuple[int, int, int]
) -> None:
    image = Image.new("RGB", (40, 40), colour).convert(mode, dither=Image.Dither.NONE)
    wanted = image.convert("RGB").getpixel((20, 20))
    assert isinstance(wanted, tuple)
    assert near(row(saved(image, kind))[20][:3], wanted)


def test_what_printers_send_is_not_inverted() -> None:
    """Adobe writes CMYK inverted, and mostly as YCCK: luma, two differences of colour, and black."""
    red = Image.new("CMYK", (40, 40), (0, 255, 255, 0))
    assert near(row(saved(red, "JPEG"))[20], (255, 0, 0))
    cyan, magenta, yellow, black = red.split()
    inks = Image.merge("RGB", (cyan, magenta, yellow)).convert("YCbCr").split()
    ycck = Image.merge("CMYK", [*(each.point(lambda value: 255 - value) for each in inks), black])
    data = saved(ycck, "JPEG", quality=95, subsampling=0)
    at = data.index(b"Adobe") + 11
    assert data[at] == 0
    assert near(row(data[:at] + b"\x02" + data[at + 1 :])[20], (255, 0, 0), by=16)


def test_a_palette_may_be_seen_through_by_a_colour_or_in_steps() -> None:
    image = Image.new("P", (30, 10))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.paste(1, (10, 0, 20, 10))
    image.paste(2, (20, 0, 30, 10))
    assert row(saved(image, transparency=0))[5::10] == [(255, 0, 0, 0), (0, 255, 0, 255), (0, 0, 255, 255)]
    assert row(saved(image, transparency=b"\x80\xff\x00"))[5::10] == [
        (255, 0, 0, 128),
        (0, 255, 0, 255),
        (0, 0, 255, 0),
    ]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_taken_and_that_is_told(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "green")]
    (taken,) = take("a.bin", saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert joined(taken.notes) == "Only the first picture of the animation is used."
    assert near(row(taken.data or b"")[20], (255, 0, 0))
    (still,) = take("a.bin", saved(frames[0], kind))
    assert joined(still.notes) == ""


def test_an_animation_whose_end_is_missing_still_has_its_first_picture() -> None:
    frames = [Image.effect_noise((60, 60), 80 + number) for number in range(4)]
    whole = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    (taken,) = take("a.gif", whole[: len(whole) // 2])
    assert (taken.width, taken.height) == (60, 60)


def swapped_profile() -> bytes:
    """An ICC profile whose red and blue are swapped: sRGB with its two columns exchanged."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = data.index(b"rXYZ"), data.index(b"bXYZ")
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_are_those_that_the_profile_means(mode: str) -> None:
    image = Image.new(mode, (40, 40), (200, 40, 40, 120)[: len(mode)])
    assert near(row(saved(image, icc_profile=swapped_profile()))[20][:3], (40, 40, 200))
    assert near(row(saved(image, icc_profile=b"no profile"))[20][:3], (200, 40, 40))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert near(row(saved(image, icc_profile=lab))[20][:3], (200, 40, 40))


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_is_upright_however_the_camera_was_held(turn: int) -> None:
    image = Image.new("RGB", (60, 30), "blue")
    image.paste("red", (0, 0, 60, 8))  # the sky, where the camera's top was
    exif = Image.Exif()
    exif[0x0112] = turn
    data = saved(image, "JPEG", exif=exif, quality=95)
    (piece,) = read(data).pieces
    found = Image.open(BytesIO(piece.data))
    assert (found.width > found.height) == (turn < 5)
    edges = {
        (1, 2): (found.width // 2, 2),
        (3, 4): (found.width // 2, found.height - 3),
        (5, 8): (2, found.height // 2),
        (6, 7): (found.width - 3, found.height // 2),
    }
    place = next(where for turns, where in edges.items() if turn in turns)
    assert near(found.getpixel(place), (254, 0, 0), by=60)


# Long images


def screenshot(width: int, height: int, step: int = 60) -> Image.Image:
    """A page with numbered lines."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for number, y in enumerate(range(0, height, step)):
        draw.rectangle((0, y, 20 + number % 50 * 10, y + 8), fill=(number % 256, 0, 0))
    return image


def test_a_long_screenshot_comes_in_pieces_of_its_own_scale() -> None:
    taken = take("chat.png", saved(screenshot(1080, 12_000)))
    assert len(taken) == MOST_PIECES
    assert [each.name for each in taken][::7] == ["chat.png (1 of 8)", "chat.png (8 of 8)"]
    assert {each.width for each in taken} == {1080}
    assert all((each.height or 0) <= LONGEST_SIDE for each in taken)
    assert sum(each.height or 0 for each in taken) == 12_000 + 7 * OVERLAP
    assert {each.notes for each in taken} == {()}
    assert len(uploads(taken)) == 1


@given(st.integers(20, 2500), st.integers(20, 9000), st.booleans())
@settings(max_examples=30, deadline=None)
def test_pieces_cover_an_image_and_all_fit(shorter: int, longer: int, is_wide: bool) -> None:
    size = (longer, shorter) if is_wide else (shorter, longer)
    picture = read(saved(Image.new("L", size), compress_level=1))
    pieces = picture.pieces
    assert 1 <= len(pieces) <= MOST_PIECES
    assert all(max(piece.width, piece.height) <= LONGEST_SIDE for piece in pieces)
    if len(pieces) > 1:
        assert longer > LONG * shorter
        sides = [(each.width, each.height) if is_wide else (each.height, each.width) for each in pieces]
        scale = sides[0][1] / shorter
        covered = sum(length for length, _ in sides) - (len(pieces) - 1) * OVERLAP
        assert abs(covered / scale - longer) < longer / shorter + len(pieces)


def test_pieces_follow_each_other_without_a_gap() -> None:
    image = screenshot(400, 4000)
    pieces = [Image.open(BytesIO(piece.data)) for piece in read(saved(image)).pieces]
    assert len(pieces) == 3
    at = 0
    for piece in pieces:
        same = image.crop((0, at, 400, at + piece.height))
        for y in range(0, piece.height, 30):
            assert near(piece.getpixel((10, y)), same.getpixel((10, y)), by=40)  # type: ignore[arg-type]
        at += piece.height - OVERLAP
    assert at + OVERLAP == 4000


def test_a_photo_that_was_taken_upright_is_cut_from_the_top() -> None:
    image = screenshot(4000, 400).rotate(0)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it a quarter to the right: its left becomes its top
    image.paste("red", (0, 0, 1000, 400))
    picture = read(saved(image, "JPEG", exif=exif))
    first, *_, last = (Image.open(BytesIO(piece.data)) for piece in picture.pieces)
    assert (first.width, last.width) == (400, 400)
    assert near(first.getpixel((200, 200)), (254, 0, 0), by=40)
    assert not near(last.getpixel((200, 200)), (254, 0, 0), by=40)


@pytest.mark.parametrize("size", [(1080, 2400), (4032, 3024), (1170, 2532), (3440, 1440), (800, 600)])
def test_what_people_send_every_day_stays_whole(size: tuple[int, int]) -> None:
    picture = read(saved(Image.new("L", size), compress_level=1))
    assert len(picture.pieces) == 1
    assert picture.notes == ()


def test_what_was_made_much_smaller_is_told() -> None:
    (note,) = read(saved(Image.new("L", (700, 60_000)), compress_level=1)).notes
    assert str(note) == (
        "It was made smaller, from 700 × 60,000 to 141 × 12,096 pixels: small text in it may be unreadable."
    )
    (note,) = read(saved(Image.new("L", (8000, 6000)), compress_level=1)).notes
    assert str(note).startswith("It was made smaller, from 8,000 × 6,000 to 1,568 × 1,176 pixels")


def test_pieces_of_what_can_be_seen_through_stand_on_white() -> None:
    picture = read(saved(Image.new("RGBA", (300, 4000), (0, 0, 0, 0))))
    assert {piece.media_type for piece in picture.pieces} == {"image/jpeg"}
    assert near(Image.open(BytesIO(picture.pieces[0].data)).getpixel((100, 100)), (255, 255, 255))
