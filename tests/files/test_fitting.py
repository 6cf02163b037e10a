"""A request stays under its limit: older images are made smaller first, then left out."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.messages import Message
from lib.domain.text.sentences import joined
from lib.files.fitting import SPARE_BYTES, Fitted, fit, text_bytes
from lib.files.folder import Files
from tests.files.samples import image, noise, uploaded

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def files() -> Files:
    return Files(None)


@pytest.fixture(scope="module")
def photos(files: Files) -> list[Attachment]:
    """Three photos of some 400 kB each."""
    return [files.keep(uploaded(f"{seed}.jpg", noise(900, 700, seed=seed))) for seed in (1, 2, 3)]


def said(*attachments: Attachment, text: str = "Look") -> Message:
    return Message(text, None, "user", text, NOW, attachments=attachments)


def sides(fitted: Fitted) -> dict[str, int]:
    """The longest side of each image that is sent."""
    return {own: max(Image.open(BytesIO(data)).size) for own, data in fitted.data.items()}


def fitted(files: Files, messages: list[Message], kilobytes: int) -> Fitted:
    made = fit(files, messages, text_bytes=0, request_bytes=kilobytes * 1024)
    assert sum(len(data) for data in made.data.values()) * 4 / 3 + SPARE_BYTES <= kilobytes * 1024
    return made


def test_what_fits_is_sent_as_it_is(files: Files, photos: list[Attachment]) -> None:
    made = fitted(files, [said(*photos)], 4000)
    assert {own: files.load(photo) for own, photo in zip(made.data, photos, strict=True)} == made.data
    assert joined(made.notices) == ""


def test_older_images_are_made_smaller_first(files: Files, photos: list[Attachment]) -> None:
    made = fitted(files, [said(photos[0]), said(photos[1]), said(photos[2])], 1000)
    first, second, third = (sides(made)[photo.id] for photo in photos)
    assert first < second <= third == 900
    assert joined(made.notices) == ""


def test_the_images_of_one_message_shrink_together(files: Files, photos: list[Attachment]) -> None:
    made = fitted(files, [said(*photos)], 600)
    assert len(set(sides(made).values())) == 1
    assert max(sides(made).values()) < 900


def test_what_does_not_fit_at_all_is_left_out_the_oldest_first(
    files: Files, photos: list[Attachment]
) -> None:
    smallest = max(len(files.smaller(photo, 512, 60)) for photo in photos)
    made = fitted(
        files, [said(photos[0]), said(photos[1]), said(photos[2])], (smallest * 4 // 3) // 1024 + 30
    )
    assert list(made.data) == [photos[2].id]
    assert joined(made.notices) == "2 earlier images did not fit into the request and were left out."


def test_an_image_that_is_sent_again_is_a_new_one(files: Files, photos: list[Attachment]) -> None:
    smallest = max(len(files.smaller(photo, 512, 60)) for photo in photos)
    messages = [said(photos[0]), said(photos[1]), said(photos[0])]
    made = fitted(files, messages, (2 * smallest * 4 // 3) // 1024 + 30)
    assert list(made.data) == [photos[0].id]


def test_a_lost_file_is_said_and_the_others_are_sent(files: Files, photos: list[Attachment]) -> None:
    lost = replace(uploaded("lost.png", image(33)), data=None)
    made = fitted(files, [said(lost, photos[0])], 4000)
    assert list(made.data) == [photos[0].id]
    assert joined(made.notices) == "One earlier image no longer exists."


def test_the_texts_take_their_part_of_the_room(files: Files, photos: list[Attachment]) -> None:
    messages = [said(uploaded("a.txt", b"word " * 1000), text="好" * 100)]
    size = text_bytes(messages, "Be kind.")
    assert 5000 + 300 + 8 <= size < 5600
    whole = fit(files, [said(photos[0])], text_bytes=0, request_bytes=700_000)
    squeezed = fit(files, [said(photos[0])], text_bytes=500_000, request_bytes=700_000)
    assert sides(squeezed)[photos[0].id] < sides(whole)[photos[0].id]
