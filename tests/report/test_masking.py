"""What should not leave is found wherever it stands, and masked in every format alike."""

import json
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.comparison.recordings import Recording, from_json, to_json
from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.messages import Params
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.fold import fold
from lib.domain.reply.tape import Content, Event, Failed, Reasoning, Sent, Served, ToolCall
from lib.domain.text.sentences import sentence
from lib.report import markdown, masking, page, table
from lib.report.findings import FindingKind, spans
from tests.report.samples import recording, tape, thinking, with_attachments

MAIL, KEY, HOST = "bob.smith@example.com", "sk-abcdef1234567890", "db.corp.internal"
PLANTED = "planted-key-0123456789"


def found(text: str, *keys: str) -> list[tuple[FindingKind, str]]:
    return [(span.kind, text[span.start : span.end]) for span in spans(text, keys)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Mail bob.smith@example.com.", "bob.smith@example.com"),
        ("**anna@corp.cn**", "anna@corp.cn"),
        ("请联系bob@example.com谢谢", "bob@example.com"),
        ("<a+b@x-y.co.uk>", "a+b@x-y.co.uk"),
        (r"first\_last@corp.com", r"first\_last@corp.com"),
        ("mailto:o'neil@example.org?subject=a", "o'neil@example.org"),
    ],
)
def test_addresses_are_found(text: str, address: str) -> None:
    assert found(text) == [(FindingKind.EMAIL, address)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("use sk-abcdef1234567890!", "sk-abcdef1234567890"),
        ("Authorization: Bearer abc.def-ghijkl", "abc.def-ghijkl"),
        ("ghp_0123456789abcdefghij", "ghp_0123456789abcdefghij"),
        ("token=3f786850e387550fdab836ed7e6dc881", "3f786850e387550fdab836ed7e6dc881"),
        ("a Zm9vYmFyMTIzNDU2Nzg5MA== b", "Zm9vYmFyMTIzNDU2Nzg5MA="),
        ("eyJhbGciOiJIUzI.eyJzdWIiOi.SflKxwRJ_x", "eyJhbGciOiJIUzI.eyJzdWIiOi.SflKxwRJ_x"),
        (f"say {PLANTED}", PLANTED),
    ],
)
def test_keys_are_found(text: str, key: str) -> None:
    assert found(text, PLANTED) == [(FindingKind.KEY, key)]


def test_a_private_key_is_found_whole() -> None:
    block = "-----BEGIN RSA PRIVATE KEY-----\nabc\nxyz\n-----END RSA PRIVATE KEY-----"
    assert found(f"a {block} b") == [(FindingKind.KEY, block)]
    assert found("a " + block[:40]) == [(FindingKind.KEY, block[:40])]


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("http://gateway:8000/v1", "gateway"),
        ("see `http://wiki`.", "wiki"),
        ("on localhost:3000", "localhost"),
        ("from 10.1.2.3-10.1.2.4", "10.1.2.3"),
        ("ssh 192.168.0.17", "192.168.0.17"),
        ("ping fd00::12", "fd00::12"),
        (f"at {HOST}.", HOST),
        ("printer.local", "printer.local"),
    ],
)
def test_internal_hosts_are_found(text: str, host: str) -> None:
    assert found(text)[0] == (FindingKind.HOST, host)


@pytest.mark.parametrize(
    "text",
    [
        *("deepseek-r1-distill-llama-70b", "claude-3-5-sonnet-20241022", "https://example.com/a", "8.8.8.8"),
        *("123e4567-e89b-12d3-a456-426614174000", "version 1.2.3.4", "threading.local()", "X@W", "a.b.c"),
        *(
            "![dot](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ)",
            "@decorator",
            "12:30",
        ),
    ],
)
def test_what_may_leave_is_left_alone(text: str) -> None:
    assert found(text) == []


@given(
    st.lists(
        st.sampled_from(
            [MAIL, KEY, HOST, "http://a", "10.0.0.1", " ", ".", "@", "x", "sk-", "://", "a1b2", "\n", "-"]
        ),
        max_size=12,
    ).map("".join)
)
def test_findings_stand_in_order_and_do_not_overlap(text: str) -> None:
    ends = [0]
    for span in spans(text, [PLANTED]):
        assert ends[-1] <= span.start < span.end <= len(text)
        ends.append(span.end)


@given(st.lists(st.integers(1, 60), max_size=8))
def test_a_text_cut_over_many_events_is_masked_as_a_whole_and_keeps_its_times(cuts: list[int]) -> None:
    said = f"Ask {MAIL}, key {KEY}; host {HOST} or {MAIL}"
    places = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
    pieces = [said[a:b] for a, b in pairwise(places)]
    kept = recording({"a": thinking(*pieces, after=tape(*pieces))})

    masked = masking.masked(kept, masking.masks(masking.find(kept)))
    events = masked.tapes["compared-a-a"]
    reply = masked.cells[0].path()[-1].reply
    expected = "Ask [e-mail address 1], key [key 1]; host [internal host 1] or [e-mail address 1]"
    for kind in (Content, Reasoning):
        assert "".join(event.text for event in events if isinstance(event, kind)) == expected
    assert [event.at_ms for event in events] == [event.at_ms for event in kept.tapes["compared-a-a"]]
    assert reply == fold(events)
    assert fold(events).timing == fold(kept.tapes["compared-a-a"]).timing


def everywhere(secret: str) -> Recording:
    """A recording that says this in every place that holds words."""
    said = tape("a", f" {secret} b", tokens=9)
    error = ChatError(Category.BAD_REQUEST, f"no {secret}", sentence("no_host", host=secret), code=secret)
    sent = Sent(
        0.0,
        {"model": "m", "tools": [{"description": f"x {secret}"}]},
        system_prompt=f"be {secret}",
        base_url=secret,
    )
    failed: list[Event] = [
        sent,
        Served(1.0, model=f"m {secret}", headers={"server": f"on {secret}"}),
        Reasoning(2.0, f"hm {secret}"),
        ToolCall(3.0, 0, "call", "look", '{"a": "'),
        ToolCall(4.0, 0, arguments=f'{secret}"}}'),
        Failed(5.0, error),
    ]
    kept = recording({"a": said, "b": failed}, prompt=f"Ask {secret} why", title=f"On {secret}")
    paper = Attachment(
        "cd" * 32, AttachmentKind.DOCUMENT, f"{secret} plan.txt", "text/plain", 9, text=f"x {secret}"
    )
    for one in with_attachments(kept, paper).cells:
        one.system_prompt, one.params = f"Be {secret}.", Params(stop=(secret,), tools=({"name": secret},))
        one.model = f"model of {secret}"
    return replace(kept, prices={f"model of {secret}": kept.prices["model-a"]})


@pytest.mark.parametrize("secret", [MAIL, KEY, HOST, PLANTED])
def test_no_format_holds_what_is_masked(secret: str) -> None:
    kept = everywhere(secret)
    findings = masking.find(kept, [PLANTED])
    assert [(finding.text, finding.count > 3) for finding in findings] == [(secret, True)]

    masked = masking.masked(kept, masking.masks(findings), [PLANTED])
    document = json.dumps(to_json(masked))
    formats = [
        document,
        page.html(masked, lambda _image: None, maker="SynStar Chat"),
        markdown.to_markdown(masked, maker="SynStar Chat"),
        table.to_csv(masked),
    ]
    for text in formats:
        assert secret not in text
        assert " 1]" in text
    assert from_json(json.loads(document)) == masked
    assert secret in json.dumps(to_json(kept)), "the recording itself is left as it was"


def test_only_what_was_chosen_is_masked_and_the_same_stays_the_same() -> None:
    kept = recording({"a": tape(f"{MAIL} or ann@example.com or {MAIL}")})
    masks = masking.masks(masking.find(kept))
    assert masks == {MAIL: "[e-mail address 1]", "ann@example.com": "[e-mail address 2]"}
    del masks["ann@example.com"]
    masked = masking.masked(kept, masks)
    assert masked.cells[0].path()[-1].content == "[e-mail address 1] or ann@example.com or [e-mail address 1]"
    assert masking.masked(kept, {}) == kept
    assert masking.masked_text(f"{MAIL}, ann@example.com", masks) == "[e-mail address 1], ann@example.com"


def test_a_text_in_several_places_is_counted_once() -> None:
    kept = recording({"a": tape("no"), "b": tape("no")}, prompt=f"Ask {MAIL}")
    assert [(each.kind, each.text, each.count) for each in masking.find(kept)] == [
        (FindingKind.EMAIL, MAIL, 1)
    ]


def test_ids_look_like_keys_and_stay_unless_they_are_found_elsewhere() -> None:
    own = "3f786850e387550fdab836ed7e6dc881"
    events = [Served(1.0, id=own, request_id=own, headers={"x-request-id": own}), *tape("b")]
    kept = recording({"a": events})
    kept.cells[0].id = own
    assert masking.find(kept) == []

    told = recording({"a": events}, prompt=f"Is {own} a key?")
    masked = masking.masked(told, masking.masks(masking.find(told)))
    served = next(event for event in masked.tapes["compared-a-a"] if isinstance(event, Served))
    assert served.request_id == served.headers["x-request-id"] == "[key 1]"
    assert masked.cells[0].path()[0].content == "Is [key 1] a key?"


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "@a.bc", "a@", "sk-", "://", "http://a@", "10.", "a.b.", "-----BEGIN PRIVATE KEY-----", "a-"),
        *("eyJa.", "Bearer ", "fd00:", "aa1", "://a:", "a/b", "data:image/png;base64,a ", "\\"),
    ],
)
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    started = time.thread_time()
    spans(piece * (200_000 // len(piece)), [PLANTED])
    assert time.thread_time() - started < 2
