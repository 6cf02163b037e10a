"""Claude's export becomes conversations: branches, thinking, artifacts, sources, files."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain import imports
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.exports import from_json
from lib.domain.imports.files import Take, nothing
from lib.domain.imports.outcome import LeftOut, Reason
from lib.domain.reply.citations import Citation
from tests.domain.conversation.test_exports import damage_somewhere, exported, values
from tests.domain.imports.importing import reply_of, taken, there

ROOT = "00000000-0000-4000-8000-000000000000"


def said(id_: str, sender: str, *content: Any, parent: str | None = None, **rest: Any) -> dict[str, Any]:
    texts = [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]
    given = {"uuid": id_, "sender": sender, "content": texts, "created_at": "2025-05-01T10:00:00.5Z", **rest}
    return given | ({"parent_message_uuid": parent} if parent else {})


def from_claude(*messages: dict[str, Any], take: Take = nothing, **rest: Any) -> Conversation:
    about = {"uuid": "c", "name": "Poems", "created_at": "2025-05-01T09:59:00Z"}
    return taken({**about, "chat_messages": list(messages), **rest}, take)


def test_a_conversation_with_its_branches_models_and_times() -> None:
    found = from_claude(
        said("q", "human", "A poem, please", parent=ROOT),
        said("a", "assistant", "Roses", parent="q"),
        said("b", "assistant", "Violets", parent="q"),
        said("next", "human", "More", parent="a"),
        model="claude-9",
        current_leaf_message_uuid="next",
        updated_at="2025-05-02T00:00:00+00:00",
        is_starred=True,
    )
    assert (found.title, found.is_pinned) == ("Poems", True)
    assert [message.content for message in found.path()] == ["A poem, please", "Roses", "More"]
    _, answer, _ = found.path()
    assert [each.content for each in found.versions(answer.id)] == ["Roses", "Violets"]
    assert reply_of(answer).model_served == "claude-9"
    assert answer.created_at == datetime(2025, 5, 1, 10, 0, 0, 500_000, tzinfo=UTC)
    assert found.created_at == datetime(2025, 5, 1, 9, 59, tzinfo=UTC)
    assert found.updated_at == datetime(2025, 5, 2, tzinfo=UTC)


def test_older_exports_have_texts_only_one_after_the_other() -> None:
    messages = [{"uuid": id_, "text": text, "sender": sender} for id_, sender, text in OLD]
    assert [each.content for each in from_claude(*messages).path()] == ["Hi", "Hello", "Bye"]


OLD = [("1", "human", "Hi"), ("2", "assistant", "Hello"), ("2", "human", "Bye")]


def test_a_text_counts_where_no_part_says_anything() -> None:
    call = {"type": "tool_use", "name": "web_search", "input": {"query": "x"}}
    (answer,) = from_claude(said("a", "assistant", call, text="Found it.")).path()
    assert answer.content == "Found it."
    (answer,) = from_claude(said("a", "assistant", "Found.", text="This block is not supported.")).path()
    assert answer.content == "Found."


def test_thinking_is_reasoning_and_sources_are_citations() -> None:
    thinking = {"type": "thinking", "thinking": "Rhymes?"}
    summed_up = {"type": "thinking", "thinking": "", "summaries": [{"summary": "Looked for rhymes"}]}
    text = {
        "type": "text",
        "text": "Roses.",
        "citations": [
            {
                "title": "Roses",
                "details": {"type": "web_search_citation", "url": "https://example.org/roses"},
            },
            {"title": "No address", "details": {"url": "file:///etc/passwd"}},
        ],
    }
    (answer,) = from_claude(said("a", "assistant", thinking, summed_up, text)).path()
    assert reply_of(answer).reasoning == "Rhymes?\n\nLooked for rhymes"
    assert reply_of(answer).citations == (Citation("https://example.org/roses", "Roses"),)


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (
            {"command": "create", "type": "text/html", "title": "Page", "content": "<p>Hi</p>"},
            "**Page**\n\n```html\n<p>Hi</p>\n```",
        ),
        (
            {"command": "create", "type": "text/markdown", "title": "Note", "content": "# Hi"},
            "**Note**\n\n# Hi",
        ),
        (
            {"command": "rewrite", "type": "application/vnd.ant.code", "language": "rust", "content": "fn"},
            "```rust\nfn\n```",
        ),
        ({"command": "update", "old_str": "a", "new_str": "b"}, ""),
        ({"path": "/home/claude/sum.py", "file_text": "1 + 1"}, "**sum.py**\n\n```py\n1 + 1\n```"),
        ({"path": "/home/claude/README.md", "file_text": "# Hi"}, "**README.md**\n\n# Hi"),
        ({"code": "1 + 1"}, "```javascript\n1 + 1\n```"),
        ({"query": "roses"}, ""),
    ],
)
def test_what_a_tool_wrote_for_the_person_is_shown(call: dict[str, Any], shown: str) -> None:
    use = {"type": "tool_use", "name": "any", "input": call}
    (answer,) = from_claude(said("a", "assistant", "Look:", use, "Done.")).path()
    assert answer.content == "\n\n".join(filter(None, ("Look:", shown, "Done.")))


def test_artifacts_in_a_text_are_documents() -> None:
    text = (
        'Here.<antThinking>Worth it.</antThinking>\n<antArtifact identifier="x" title="A &quot;b&quot;" '
        'type="application/vnd.ant.code" language="python">\n1 < 2\n</antArtifact>\nDone.'
    )
    (answer,) = from_claude(said("a", "assistant", text)).path()
    assert answer.content == 'Here.\n\n**A "b"**\n\n```python\n1 < 2\n```\n\nDone.'
    assert reply_of(answer).reasoning == "Worth it."


def test_an_artifact_that_was_cut_off_goes_to_the_end() -> None:
    text = 'Here.\n<antArtifact identifier="x" title="List" type="text/markdown">\n- roses'
    (answer,) = from_claude(said("a", "assistant", text)).path()
    assert answer.content == "Here.\n\n**List**\n\n- roses"


def test_files_are_attached_with_what_is_known_of_them() -> None:
    attachments = [
        {"file_name": "brief.txt", "extracted_content": "About roses"},
        {"extracted_content": "Pasted"},
    ]
    files = [{"file_name": "rose.png", "file_uuid": "f1"}, {"file_name": "brief.txt"}]
    asked = said("q", "human", "Read", attachments=attachments, files=files, files_v2=files)
    (question,) = from_claude(asked, take=there).path()
    assert [(each.name, each.text) for each in question.attachments] == [
        ("brief.txt", "About roses"),
        ("pasted.txt", "Pasted"),
        ("rose.png", ""),
    ]
    (question,) = from_claude(asked).path()
    assert question.content == "[file: brief.txt]\n\n[file: pasted.txt]\n\n[file: rose.png]\n\nRead"


def test_a_picture_that_a_tool_gave_back_is_the_answers() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    result = {"type": "tool_result", "content": [image, {"type": "text", "text": "log"}]}
    (answer,) = from_claude(said("a", "assistant", "Drawn.", result), take=there).path()
    assert answer.content == "Drawn."
    assert [each.id for each in reply_of(answer).images] == ["data:image/png;base64,AAAA"]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"uuid": "c", "name": "", "chat_messages": []}, Reason.EMPTY),
        ({"uuid": "c", "name": "Shell"}, Reason.EMPTY),
        ({"uuid": "c", "name": "", "chat_messages": [None, {"sender": "robot", "text": "x"}]}, Reason.EMPTY),
        ({"uuid": "c", "name": "", "chat_messages": "none"}, Reason.DAMAGED),
        (
            {"chat_messages": [said("a", "human", "x", parent="b"), said("b", "human", "y", parent="a")]},
            Reason.DAMAGED,
        ),
    ],
)
def test_a_conversation_that_cannot_be_read_is_left_out_with_its_reason(item: Any, reason: Reason) -> None:
    found = imports.read(item)
    assert isinstance(found, LeftOut)
    assert found.reason is reason


@given(st.data(), values)
def test_damage_anywhere_still_gives_what_can_be_stored(data: st.DataObject, value: Any) -> None:
    thinking = {"type": "thinking", "thinking": "Hm"}
    messages = [said("q", "human", "Hi", parent=ROOT), said("a", "assistant", thinking, "Hello", parent="q")]
    whole = [{"uuid": "c", "name": "Poems", "created_at": "2025-05-01T10:00:00Z", "chat_messages": messages}]
    damage_somewhere(data.draw, whole, value)
    found = imports.read(whole[0])
    assert isinstance(found, LeftOut) or from_json(exported(found)) == [found]
