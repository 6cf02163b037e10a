"""Reads one upload in a process of its own: `python -I reader.py image|pdf LIMIT`, file in, result out.

Decoders meet bytes that anybody may have made. Here they can only use up this process: its memory and its
computing time are limited. It prints lines of JSON; after an image's line come its bytes.
"""

import contextlib
import json
import logging
import signal
import sys
from io import BytesIO
from typing import Any

MEMORY_BYTES = 640 * 1024 * 1024
"""Address space. An image of the most pixels that are taken needs about half of it."""
COMPUTING_SECONDS = 1.4
"""Processor time. What takes longer is ended where it is; with what is around it, an upload takes 2 s."""
LARGEST_PIXELS = 50_000_000
"""More than the cameras of most phones; decoded, 200 MB."""
JPEG_QUALITY = 85
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def main(kind: str, limit: int) -> None:
    """Read standard input as an image or a PDF; what cannot be read is one line `{"refused": why}`."""
    _limit()
    data = sys.stdin.buffer.read()
    try:
        if kind == "image":
            _read_image(data, limit)
        else:
            _read_pdf(data, limit)
    except MemoryError:
        _say({"refused": "needs too much memory to be read"})
    except Exception:  # decoders raise anything on damaged files, and all of it means the same
        _say({"refused": "is damaged or not what it seems to be"})


def _limit() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system has or allows it
        import resource

        signal.setitimer(signal.ITIMER_PROF, COMPUTING_SECONDS)  # its signal ends a process
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _read_image(data: bytes, longest_side: int) -> None:
    """Upright, without metadata, no side longer than told; JPEG, or PNG where it can be seen through."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit comes before anything is decoded
    image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
    width, height = image.size
    if width * height > LARGEST_PIXELS:
        _say(
            {"refused": f"has {width:,} x {height:,} pixels; {LARGEST_PIXELS // 10**6} million are the most"}
        )
        return
    image.draft("RGB", (longest_side, longest_side))
    image.seek(0)
    turn = image.getexif().get(0x0112)
    is_transparent = image.has_transparency_data
    image = image.convert("RGBA" if is_transparent else "RGB")
    image.thumbnail((longest_side, longest_side), reducing_gap=2.0)
    if turn in range(2, 9):
        image.getexif()[0x0112] = turn
        image = ImageOps.exif_transpose(image)
    is_transparent = is_transparent and image.getextrema()[-1][0] < 255  # type: ignore[index]
    kept = BytesIO()
    if is_transparent:
        Image.frombytes(image.mode, image.size, image.tobytes()).save(kept, "PNG", optimize=True)
    else:
        bare = Image.frombytes("RGB", image.size, image.convert("RGB").tobytes())
        bare.save(kept, "JPEG", quality=JPEG_QUALITY, optimize=True)
    media_type = "image/png" if is_transparent else "image/jpeg"
    _say({"media_type": media_type, "width": image.width, "height": image.height})
    sys.stdout.buffer.write(kept.getvalue())


def _read_pdf(data: bytes, most_characters: int) -> None:
    """The number of pages, then the text of each page in a line of its own, as far as it goes."""
    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)  # it tells of every oddity of a file
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        _say({"refused": "is protected by a password; save a copy without one"})
        return
    _say({"pages": reader.get_num_pages()})
    characters = 0
    for page in reader.pages:
        text = _page_text(page)
        _say({"text": text})
        characters += len(text)
        if characters > most_characters:
            return


def _page_text(page: Any) -> str:
    try:
        text: str = page.extract_text()
    except MemoryError:
        raise
    except Exception:  # one page that cannot be read must not take the others with it
        return ""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _say(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
