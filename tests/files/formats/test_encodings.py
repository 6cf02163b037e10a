"""Old encodings are recognized, or said to be uncertain; never another text without a word."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.files.formats.encodings import Decoded, declared, decode, decoded
from tests.files.languages import LANGUAGES, Language
from tests.files.samples import document
from tests.files.told import words

LARGE = 4 * 1024**2
PAIRS = [(name, codec) for name, language in LANGUAGES.items() for codec in language.encodings]


def read(data: bytes) -> Decoded:
    found = decode(data)
    assert found
    return found


def long_texts(language: Language) -> Iterator[str]:
    """As people have them: prose, a table, code with comments, a log with one foreign line at its end."""
    yield "\n".join(language.sentences)
    rows = zip(language.names, reversed(language.names), language.sentences, strict=False)
    yield "id;name;from;note\r\n" + "".join(f"{n};{';'.join(row)}\r\n" for n, row in enumerate(rows))
    yield "".join(
        f"def step_{n}():  # {said}\n    return {n}\n\n\n" for n, said in enumerate(language.sentences)
    )
    yield "12:00:01 INFO all is well\n" * 3000 + " ".join(language.sentences[:4]) + "\n"


@pytest.mark.parametrize(("name", "codec"), PAIRS)
def test_a_page_of_text_is_read_in_its_encoding_and_that_is_certain(name: str, codec: str) -> None:
    for text in long_texts(LANGUAGES[name]):
        found = read(text.encode(codec))
        assert found.text == text
        assert (
            found.is_certain or codec == "cp1252"
        )  # Western letters are few, and the same in its neighbours
        assert found.encoding


@pytest.mark.parametrize(("name", "codec"), PAIRS)
def test_a_text_in_capitals_is_read_right_or_said_to_be_uncertain(name: str, codec: str) -> None:
    for text in LANGUAGES[name].sentences:
        capitals = text.upper()
        found = read(capitals.encode(codec, "replace"))
        assert not found.is_certain or found.text == capitals
    whole = "\n".join(LANGUAGES[name].sentences).upper()
    assert read(whole.encode(codec, "replace")).text == whole.encode(codec, "replace").decode(codec)


@pytest.mark.parametrize("text", ["ﾄｳｷｮｳﾄ,ﾁﾖﾀﾞｸ,1000001\n", "ｶ)ﾔﾏﾀﾞｼｮｳﾃﾝ ｺﾞﾄﾞｳｶｲｼｬ\r\n"])
def test_kana_of_half_the_width_are_read_and_said_to_be_uncertain(text: str) -> None:
    assert read(text.encode("cp932")) == Decoded(text, "Shift-JIS", is_certain=False)


@pytest.mark.parametrize(("name", "codec"), PAIRS)
def test_a_broken_byte_or_a_cut_makes_no_other_text_of_it(name: str, codec: str) -> None:
    sentences = LANGUAGES[name].sentences
    whole = "\n".join(sentences).encode(codec)
    broken = whole.replace(b"\n", b"\xff\n", 1), whole[:50] + b"\x80" + whole[50:]
    for data in (whole[1:], whole[:-1], *broken):
        assert sentences[5] in read(data).text


@given(st.sampled_from(PAIRS), st.data())
@settings(max_examples=150, deadline=None)
def test_a_few_lines_are_read_right_or_said_to_be_uncertain(
    pair: tuple[str, str], data: st.DataObject
) -> None:
    """From two cells of a table on; of fewer letters nobody could tell."""
    name, codec = pair
    language = LANGUAGES[name]
    lines = data.draw(st.lists(st.sampled_from(language.sentences), min_size=1, max_size=4))
    head = data.draw(st.sampled_from(["", "id,name,note\n", "# notes\n\n", "x" * 500 + "\n"]))
    text = head + "\n".join(lines)
    if not text.isascii():
        found = read(text.encode(codec))
        assert found.text == text or not found.is_certain
        assert found.encoding


def test_of_tables_of_three_rows_nearly_all_are_read_right() -> None:
    right = certain_and_wrong = tables = 0
    for name, codec in PAIRS:
        names = LANGUAGES[name].names
        for at in range(len(names) - 2):
            text = f"id,name,place\n1,{names[at]},{names[at + 1]}\n2,{names[at + 2]},x\n"
            if text.isascii():
                continue
            found = decode(text.encode(codec))
            tables += 1
            right += found is not None and found.text == text
            certain_and_wrong += found is not None and found.is_certain and found.text != text
    assert right / tables > 0.95
    assert certain_and_wrong / tables < 0.015


@pytest.mark.parametrize(
    "codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("name", LANGUAGES)
def test_unicode_is_read_with_a_mark_and_without(name: str, codec: str) -> None:
    text = "id,name\n" + "".join(f"{n},{each}\n" for n, each in enumerate(LANGUAGES[name].names))
    assert read(text.encode(codec)).text == text


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_utf_8_is_what_it_says(text: str) -> None:
    if not text.startswith("\ufeff") and "\0" not in text and "\x1b$" not in text:
        assert decode(text.encode()) == Decoded(text)


LOGS = ["ok one\n", "12:00:01 INFO 茶 is ready\n", "\x1b[32mok\x1b[0m\n", "a", "name=x;", "Größe 12\n"]


@given(st.lists(st.sampled_from(LOGS), min_size=3, max_size=40), st.data())
@settings(deadline=None)
def test_a_log_with_nuls_in_it_is_no_utf_16(lines: list[str], data: st.DataObject) -> None:
    text = "".join(lines)
    most = len(text.encode()) // 4
    for _ in range(data.draw(st.integers(1, 4))):
        at, count = data.draw(st.integers(0, len(text))), data.draw(st.integers(1, max(1, most // 4)))
        text = text[:at] + "\0" * count + text[at:]
    assert read(text.encode()) == Decoded(text)


def test_a_file_that_was_cut_in_a_character_loses_that_one_only() -> None:
    assert read("好茶".encode()[:-1]) == Decoded("好�", broken=1)
    assert read("\n".join(LANGUAGES["Japanese"].sentences).encode("cp932")[:-1]).text.endswith(
        "お試しください�"
    )
    assert read("Tea, hot".encode("utf-16")[:-1]).text == "Tea, ho�"


def test_a_letter_at_the_end_is_no_half_of_a_character() -> None:
    assert read("Un café".encode("cp1252")).text == "Un café"


def test_utf_8_with_a_few_broken_bytes_is_utf_8_with_a_count() -> None:
    text = "\n".join(LANGUAGES["Greek"].sentences)
    broken = text.encode().replace(b" ", b" \xff", 3)
    assert read(broken) == Decoded(text.replace(" ", " �", 3), broken=3)
    assert read("already � here".encode()) == Decoded("already � here")


def test_an_extension_is_read_where_the_plain_encoding_does_not_do() -> None:
    kana = "明日の会議は①号室です。㈱山田" * 3
    assert read(kana.encode("cp932")).text == kana
    cantonese = "佢哋喺香港嘅茶餐廳食嘢，飲凍檸茶。" * 2
    assert read(cantonese.encode("big5hkscs")).text == cantonese
    prices = "價格「五元」‧臺灣的綠茶，請參考說明"
    assert read(prices.encode("cp950")).text == prices


def test_bytes_that_are_no_text_have_no_encoding() -> None:
    assert decode(bytes(range(128, 256)) * 8) is None
    assert decode(b"\xff\xfe" + b"\x00\xd8" * 100) is None


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("茶馆".encode("gbk"), "GB2312", "茶馆"),
        ("₂ tea".encode(), "us-ascii", "₂ tea"),
        ("“Tea”".encode("cp1252"), "iso-8859-1", "“Tea”"),
        ("Tee für alle, später".encode("cp1252"), "utf-8", "Tee für alle, später"),
        ("Чай для всех, позже".encode("koi8_r"), "no-such-charset", "Чай для всех, позже"),
        (b"tea", None, "tea"),
    ],
)
def test_what_a_mail_declares_is_taken_with_a_grain_of_salt(
    data: bytes, charset: str | None, text: str
) -> None:
    assert declared(data, charset) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\xe9" * LARGE,
        b"\x81" * LARGE,
        b"a\xe9" * (LARGE // 2),
        b"a" * LARGE + b"\xe9",
        "茶".encode("cp932") * (LARGE // 2),
        b"\x1b$" * (LARGE // 2),
        b"\0" * LARGE,
        b"\xe9" * 1000 + b" " * LARGE,
    ],
)
def test_it_takes_time_in_proportion_to_the_length(data: bytes) -> None:
    began = time.thread_time()
    decode(data)
    assert time.thread_time() - began < 0.5


def test_what_was_read_is_told_with_the_file() -> None:
    japanese = document("商品,価格\nりんご,120\n緑茶,350\nみかん,80\n".encode("cp932"))
    assert japanese.text.startswith("商品,価格")
    assert words(japanese.notes) == ("It was read as Shift-JIS.",)
    unsure = document("Bož".encode("cp1250"))
    [note] = words(unsure.notes)
    assert note.startswith("Its encoding is not known for certain: it was read as ")
    assert note.endswith("If letters are wrong, save it as UTF-8.")
    assert document("Tea\ufeff, 茶".encode("utf-16")).notes == ()
    cut = document("茶水好喝".encode() + b"\xff")
    assert words(cut.notes) == ("1 place was no text and reads “�”.",)


def test_only_the_text_is_given_where_only_that_is_wanted() -> None:
    assert decoded("Grüße aus Köln, schöne Füße".encode("cp1252")) == "Grüße aus Köln, schöne Füße"
    assert decoded(b"a\0b") is None
    assert decoded(bytes(range(128, 256)) * 8) is None
