"""A mail is read as the letter that it is: its fields and its text decoded, its files by name and size."""

import base64
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.files.formats import mails
from lib.files.formats.html_text import plain
from tests.files.languages import LANGUAGES
from tests.files.samples import document, image, pdf
from tests.files.told import words


def mail(text: str = "", html: str = "", **fields: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    defaults = {
        "From": "Ann <ann@example.org>",
        "To": "bob@example.org",
        "Date": "Tue, 3 Mar 2026 10:00:00 +0100",
    }
    for name, value in {**defaults, **fields}.items():
        message[name] = value
    if text:
        message.set_content(text)
    if html and text:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return message


def raw(head: str, body: bytes, charset: str, encoding: str = "8bit") -> bytes:
    kind = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return f"From: a@example.org\r\nMIME-Version: 1.0\r\n{head}{kind}\r\n".encode() + body


@pytest.mark.parametrize("name", LANGUAGES)
def test_fields_and_text_are_decoded_in_every_language(name: str) -> None:
    sentences = LANGUAGES[name].sentences
    message = mail("\n".join(sentences), Subject=sentences[0])
    for encoding in ("base64", "quoted-printable"):
        message.set_content("\n".join(sentences), cte=encoding)
        taken = document(message.as_bytes())
        assert f"Subject: {sentences[0]}\n" in taken.text
        assert taken.text.endswith("\n".join(sentences))
        assert (taken.media_type, taken.notes) == ("message/rfc822", ())


@pytest.mark.parametrize(
    ("name", "charset", "codec"),
    [
        ("Simplified Chinese", "gb2312", "gbk"),
        ("Japanese", "iso-2022-jp", "iso2022_jp"),
        ("Japanese", "x-sjis", "cp932"),
        ("Korean", "ks_c_5601-1987", "cp949"),
        ("Russian", "koi8-r", "koi8_r"),
        ("French", "iso-8859-1", "cp1252"),
        ("Traditional Chinese", "big5", "big5"),
        ("Greek", "unknown-8bit", "cp1253"),
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_declares_or_has(name: str, charset: str, codec: str) -> None:
    text = "\n".join(LANGUAGES[name].sentences)
    words = f"=?{charset}?B?{base64.b64encode(text[:12].encode(codec)).decode()}?="
    for encoding in ("8bit", "base64"):
        body = text.encode(codec)
        body = base64.encodebytes(body) if encoding == "base64" else body
        taken = document(raw(f"Subject: {words}\r\n", body, charset, encoding))
        assert taken.text == f"From: a@example.org\nSubject: {' '.join(text[:12].split())}\n\n{text}"


def test_a_field_that_nobody_encoded_is_read_all_the_same() -> None:
    subject = LANGUAGES["Simplified Chinese"].sentences[0]
    for written in (
        subject.encode(),
        subject.encode("gbk"),
        f"{subject[:-2]} =?utf-8?q?=E5=8F=82=E5=8A=A0?=".encode(),
    ):
        data = raw("", b"Text", "utf-8").replace(b"MIME", b"Subject: " + written + b"\r\nMIME")
        text = document(data).text
        assert f"Subject: {subject[:8]}" in text
        assert "参加" in text


def test_of_two_versions_the_plain_one_is_read_and_html_where_there_is_none() -> None:
    both = document(mail("Tea at five.", "<p>Tea at <b>five</b>.</p>").as_bytes())
    assert both.text.endswith("\n\nTea at five.")
    assert "<b>" not in both.text
    html = "<html><head><style>p {}</style></head><body><p>Tea&nbsp;at <b>five</b>.</p><ul><li>green</ul>"
    alone = document(mail(html=f"{html}<a href='https://tea.example/x'>More</a></body></html>").as_bytes())
    assert alone.text.endswith("\n\nTea at five.\n\n- green\nMore (https://tea.example/x)")


def test_attachments_are_named_with_their_sizes_and_not_read() -> None:
    message = mail("See the files.", Subject="Files")
    message.add_attachment(image(), maintype="image", subtype="png", filename="Überblick.png")
    message.add_attachment(
        pdf(["secret"]) * 300, maintype="application", subtype="pdf", filename="report.pdf"
    )
    message.add_attachment("inner text", filename="notes.txt")
    taken = document(message.as_bytes())
    assert "See the files." in taken.text
    assert "[Überblick.png, 1 kB, left out]" in taken.text
    assert "[notes.txt, 1 kB, left out]" in taken.text
    assert "report.pdf" in taken.text
    assert "inner text" not in taken.text
    [note] = words(taken.notes)
    assert note.startswith("3 attachments (")
    assert note.endswith(") were left out.")


def test_a_mail_that_came_along_is_read_too() -> None:
    message = mail("Look at this.", Subject="Outer")
    message.add_attachment(mail("The inner text.", Subject="Inner"))
    text = document(message.as_bytes()).text
    assert text.index("Look at this.") < text.index("[A mail that came along]") < text.index("Subject: Inner")
    assert text.endswith("The inner text.")


def test_a_mail_that_came_back_says_why() -> None:
    report = (
        b"From: Mailer <mailer@example.org>\nSubject: Undelivered\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nIt could not be delivered.\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        b"Final-Recipient: rfc822; bob@example.org\nStatus: 5.1.1\n\n--b--\n"
    )
    text = document(report).text
    assert "It could not be delivered." in text
    assert "Final-Recipient: rfc822; bob@example.org\nStatus: 5.1.1" in text


def test_a_mailbox_is_read_mail_by_mail() -> None:
    box = b"".join(
        b"From ann@example.org Tue Mar  3 10:00:0%d 2026\n" % number
        + mail(f"Text {number}", Subject=f"Größe {number}").as_bytes().replace(b"\r\n", b"\n")
        + b"\n"
        for number in (1, 2, 3)
    )
    text = document(box).text
    for number in (1, 2, 3):
        assert f"[Mail {number}]\nFrom: Ann <ann@example.org>" in text
        assert f"Subject: Größe {number}\n\nText {number}" in text


@pytest.mark.parametrize(
    "text",
    [
        "From: Ann\nTo: Bob\nSubject: tea\n\nA memo with nothing to decode.\n",
        "from: 2026-01-01\nto: 2026-02-01\ncontent-type: csv\n\nrows: 3\n",
        "Dear Bob,\n\nSubject: tea\nContent-Type: text/plain\n",
        "From now on: tea\n\nContent-Type: text/plain\n",
        "HTTP/1.1 200 OK\nDate: today\nContent-Type: text/html\n\n<p>hi</p>\n",
        "Content-Type: text/html\nDate: today\n\n<p>hi</p>\n",
    ],
)
def test_a_text_that_looks_a_little_like_a_mail_stays_as_it_is(text: str) -> None:
    assert document(text.encode()).text == text


@pytest.mark.parametrize(
    "head",
    [
        "Subject: =?utf-8?B?////?=\r\n",
        "Subject: =?no-such?Q?=E9?=\r\n",
        "Subject: =?utf-8?B?x?=\r\n",
        "Subject: =?\r\n",
        "Subject: \xff\xfe\r\n",
        "Subject:\r\n",
    ],
)
def test_a_broken_field_does_not_take_the_text_with_it(head: str) -> None:
    data = raw("", b"The text.", "utf-8").replace(b"MIME-Version", head.encode("latin-1") + b"MIME-Version")
    assert document(data).text.endswith("The text.")


@given(st.binary(max_size=300))
def test_whatever_follows_the_fields_it_is_read(body: bytes) -> None:
    for encoding in ("base64", "quoted-printable", "8bit", "x-uuencode"):
        assert mails.read(raw("", body, "utf-8", encoding), 1000) is not None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<script>x()</script>a<style>b</style>", "a"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1\t2"),
        ("<a href='javascript:x'>a</a>", "a"),
        ("<a href='https://t.example'>https://t.example</a>", "https://t.example"),
        ("a &amp; b &lt; c", "a & b < c"),
        ("<p>one\n  line</p>", "one line"),
        ("no markup", "no markup"),
    ],
)
def test_html_is_read_as_a_person_reads_it(html: str, text: str) -> None:
    assert plain(html) == text
