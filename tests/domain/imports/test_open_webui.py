"""Open WebUI's export becomes conversations: versions, models, thinking, sources, figures, pictures."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain import imports
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.exports import from_json
from lib.domain.conversation.messages import Message
from lib.domain.imports.files import Take, nothing
from lib.domain.imports.outcome import LeftOut, Reason
from lib.domain.reply.citations import Citation
from lib.domain.reply.reply import State
from lib.domain.reply.usage import Source, Usage
from tests.domain.conversation.test_exports import damage_somewhere, exported, values
from tests.domain.imports.importing import reply_of, taken, there

AT = datetime(2025, 2, 19, 21, 20, tzinfo=UTC)


def said(id_: str, role: str, content: Any, parent: str | None = None, **rest: Any) -> dict[str, Any]:
    about = {"id": id_, "parentId": parent, "childrenIds": [], "role": role, "content": content}
    return {**about, "timestamp": 1740000000, **rest}


def chat(*messages: dict[str, Any], shown: str = "", **rest: Any) -> dict[str, Any]:
    history = {"messages": {each["id"]: each for each in messages}, "currentId": shown}
    inner = {"id": "", "title": "Weather", "history": history, "timestamp": 1740000000000, **rest}
    return {"id": "1", "title": "Weather", "chat": inner, "created_at": 1740000000, "updated_at": 1740000060}


def from_open_webui(*messages: dict[str, Any], take: Take = nothing, **rest: Any) -> Conversation:
    return taken(chat(*messages, **rest), take)


def answer(content: Any, take: Take = nothing, **rest: Any) -> Message:
    """The one answer of a chat, as it is taken in."""
    (message,) = from_open_webui(said("a", "assistant", content, **rest), take=take).path()
    return message


def test_answers_side_by_side_are_versions() -> None:
    question = {**said("q", "user", "Rain?"), "childrenIds": ["b", "a"], "models": ["one", "two"]}
    found = from_open_webui(
        said("a", "assistant", "Yes.", "q", model="one", modelIdx=0),
        said("b", "assistant", "No.", "q", model="two", modelIdx=1),
        question,
        shown="a",
        params={"system": "Be brief."},
    )
    assert (found.title, found.system_prompt, found.created_at) == ("Weather", "Be brief.", AT)
    _, shown = found.path()
    assert shown.content == "Yes."
    versions = [(each.content, reply_of(each).model_served) for each in found.versions(shown.id)]
    assert versions == [("No.", "two"), ("Yes.", "one")]
    assert shown.created_at == AT


def test_one_chat_alone_and_one_without_its_shell_are_read_too() -> None:
    whole = chat(said("q", "user", "Hi"))
    assert [each.content for each in taken(whole["chat"]).path()] == ["Hi"]
    pinned = {**whole, "pinned": True}
    assert taken(pinned).is_pinned


def test_very_old_chats_are_a_list_of_messages() -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    found = taken({"id": "1", "chat": {"title": "Old", "messages": messages}})
    assert [each.content for each in found.path()] == ["Hi", "Hello"]
    assert found.title == "Old"


REASONING = (
    '<details type="reasoning" done="true" duration="5">\n<summary>Thought for 5 seconds</summary>\n'
    "&gt; Is it &quot;wet&quot;?\n&gt;\n> Yes.\n</details>\n"
)
CALL = (
    '<details type="tool_calls" done="true" name="weather" arguments="&quot;{}&quot;">\n'
    "<summary>Tool Executed</summary>\n</details>\n"
)
CODE = (
    '<details type="code_interpreter" done="true" output="{&quot;stdout&quot;: 2}">\n'
    "<summary>Analyzed</summary>\n```python\n1 + 1\n```\n</details>\n"
)


@pytest.mark.parametrize(
    ("content", "text", "reasoning"),
    [
        (f"{REASONING}It rains.", "It rains.", 'Is it "wet"?\n\nYes.'),
        (f"{CALL}It rains.", "It rains.", ""),
        (f"I count.\n{CODE}Two.", "I count.\n\n```python\n1 + 1\n```\n\nTwo.", ""),
        (REASONING, "", 'Is it "wet"?\n\nYes.'),
        ('<details type="reasoning" done="false">\n> Cut', "", "Cut"),
        (
            "<details>\n<summary>More</summary>\nText\n</details>",
            "<details>\n<summary>More</summary>\nText\n</details>",
            "",
        ),
        ([{"type": "text", "text": "In"}, {"type": "text", "text": "parts"}], "In\n\nparts", ""),
    ],
)
def test_what_was_folded_into_the_content(content: Any, text: str, reasoning: str) -> None:
    found = answer(content)
    assert (found.content, reply_of(found).reasoning) == (text, reasoning)


def test_sources_are_citations_in_the_order_of_their_numbers() -> None:
    sources = [
        {"source": {"name": "Sky"}, "metadata": [{"source": "https://example.org/sky", "name": "The sky"}]},
        {"source": {"name": "notes.txt"}, "metadata": [{"source": "notes.txt"}], "document": ["Wet."]},
        {"source": {"name": "Sea", "url": "https://example.org/sea"}},
    ]
    assert reply_of(answer("It rains [1].", sources=sources)).citations == (
        Citation("https://example.org/sky", "The sky"),
        Citation("", "notes.txt"),
        Citation("https://example.org/sea", "Sea"),
    )
    assert reply_of(answer("It rains.", citations=sources)).citations[0].title == "The sky"


@pytest.mark.parametrize(
    ("fields", "usage"),
    [
        (
            {"usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}},
            Usage(5, 2, 7, source=Source.REPORTED),
        ),
        ({"info": {"prompt_eval_count": 5, "eval_count": 2}}, Usage(5, 2, source=Source.REPORTED)),
        (
            {
                "usage": {
                    "input_tokens": 5,
                    "output_tokens": 2,
                    "output_tokens_details": {"reasoning_tokens": 1},
                    "input_tokens_details": {"cached_tokens": 3},
                }
            },
            Usage(5, 2, None, 3, 1, Source.REPORTED),
        ),
        ({"info": {"usage": {"completion_tokens": 2}}}, Usage(None, 2, source=Source.REPORTED)),
        ({"usage": {"prompt_tokens": "many", "completion_tokens": -1, "total_tokens": True}}, Usage()),
        ({}, Usage()),
    ],
)
def test_token_counts_under_all_their_names(fields: dict[str, Any], usage: Usage) -> None:
    assert reply_of(answer("Yes.", **fields)).usage == usage


def test_pictures_and_documents_are_attached_or_named() -> None:
    files = [
        {"type": "image", "url": "data:image/png;base64,AAAA"},
        {"type": "file", "name": "rain.txt", "id": "f", "file": {"data": {"content": "Wet."}}},
        {"type": "web_search_results", "name": "rain"},
        {"type": "file", "name": "lost.pdf", "id": "g"},
    ]
    content = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
    ]
    asked = said("q", "user", content, files=files)
    (question,) = from_open_webui(asked, take=there).path()
    assert [(each.id, each.name, each.text) for each in question.attachments] == [
        ("https://x.test/a.png", "", ""),
        ("data:image/png;base64,AAAA", "", ""),
        ("f", "rain.txt", "Wet."),
        ("g", "lost.pdf", ""),
    ]
    (question,) = from_open_webui(asked).path()
    assert question.content == "[image]\n\n[image]\n\n[file: rain.txt]\n\n[file: lost.pdf]\n\nLook"
    drawn = answer("Drawn.", take=there, files=files[:1])
    assert [each.id for each in reply_of(drawn).images] == ["data:image/png;base64,AAAA"]
    assert answer("Drawn.", files=files[:1]).content == "Drawn.\n\n[image]"


def test_what_went_wrong_is_kept() -> None:
    assert reply_of(answer("Half a", done=False)).state is State.INTERRUPTED
    failed = reply_of(answer("", error={"content": "No such\nmodel"}))
    assert tuple(map(str, failed.notices)) == ("Open WebUI kept an error with this answer: No such model",)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"id": "1", "chat": {}}, Reason.EMPTY),
        ({"id": "1", "chat": {"history": {}}}, Reason.EMPTY),
        ({"id": "1", "chat": {"history": {"messages": {"a": None, "b": 3}}}}, Reason.EMPTY),
        ({"id": "1", "chat": {"history": {"messages": "none"}}}, Reason.DAMAGED),
        (chat(said("a", "user", "x", "b"), said("b", "user", "y", "a")), Reason.DAMAGED),
    ],
)
def test_a_chat_that_cannot_be_read_is_left_out_with_its_reason(item: Any, reason: Reason) -> None:
    found = imports.read(item)
    assert isinstance(found, LeftOut)
    assert found.reason is reason


@given(st.data(), values)
def test_damage_anywhere_still_gives_what_can_be_stored(data: st.DataObject, value: Any) -> None:
    sources = [{"source": {"name": "Sky"}, "metadata": [{"source": "https://example.org/sky"}]}]
    reply = said("a", "assistant", f"{REASONING}Yes.", "q", sources=sources, usage={"prompt_tokens": 3})
    whole = [chat(said("q", "user", "Rain?"), reply)]
    damage_somewhere(data.draw, whole, value)
    found = imports.read(whole[0])
    assert isinstance(found, LeftOut) or from_json(exported(found)) == [found]
