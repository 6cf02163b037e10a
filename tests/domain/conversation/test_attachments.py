"""Pieces of one image are one upload: they are found together again by their names."""

from hypothesis import given
from hypothesis import strategies as st

from lib.domain.conversation.attachments import Attachment, AttachmentKind, piece_name, upload_name, uploads


def image(name: str) -> Attachment:
    return Attachment(name, AttachmentKind.IMAGE, name, "image/jpeg", 1)


def pieces(name: str, count: int) -> list[Attachment]:
    return [image(piece_name(name, number, count)) for number in range(1, count + 1)]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.integers(1, 8)), max_size=5))
def test_what_was_brought_as_one_file_is_one(files: list[tuple[str, int]]) -> None:
    brought = [pieces(name, count) for name, count in files]
    assert uploads(piece for each in brought for piece in each) == brought
    assert [upload_name(each[0]) for each in brought] == [name for name, _ in files]


def test_a_piece_that_is_missing_leaves_the_others_together() -> None:
    first, _, third = pieces("shot.png", 3)
    assert uploads([first, third]) == [[first, third]]


def test_what_only_looks_like_a_piece_stands_alone() -> None:
    document = Attachment("d", AttachmentKind.DOCUMENT, "notes (2 of 3)", "text/plain", 1)
    one, two = image("shot.png (1 of 2)"), image("other.png (2 of 2)")
    assert uploads([one, document, two]) == [[one], [document], [two]]
    assert upload_name(document) == "notes (2 of 3)"
