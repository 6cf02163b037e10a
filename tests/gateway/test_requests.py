"""The JSON body of a request."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lib.domain.conversation.attachments import Attachment, AttachmentKind
from lib.domain.conversation.messages import Message, Params, Role
from lib.domain.reply.reply import Reply, ToolUse
from lib.domain.reply.tape import Sent
from lib.gateway import requests

PNG = b"\x89PNG\r\n\x1a\n"


def message(role: Role, content: str) -> Message:
    return Message(content, None, role, content, datetime.now(UTC))


def body(*messages: Message, **options: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {"model": "m", "system_prompt": "", "params": Params()}
    return requests.body(messages, **{**defaults, **options})


def test_the_least_request() -> None:
    assert body(message("user", "Hi")) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_the_system_prompt_comes_first() -> None:
    sent = body(message("user", "Hi"), system_prompt="Be kind.")["messages"]
    assert sent == [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]


def test_a_continued_reply_is_one_message_and_an_empty_one_none() -> None:
    path = [
        message("user", "Count"),
        message("assistant", "1, 2"),
        message("assistant", ""),
        message("assistant", ", 3"),
        message("user", "More"),
        message("assistant", ""),
    ]
    assert [(sent["role"], sent["content"]) for sent in body(*path)["messages"]] == [
        ("user", "Count"),
        ("assistant", "1, 2, 3"),
        ("user", "More"),
    ]


def test_only_set_parameters_are_sent() -> None:
    params = Params(temperature=0.0, max_tokens=5, stop=("a", "b"), stream=False)
    assert body(params=params) == {
        "model": "m",
        "messages": [],
        "temperature": 0.0,
        "max_tokens": 5,
        "stop": ["a", "b"],
        "stream": False,
    }


def test_tool_calls_go_out_as_text() -> None:
    calls = (ToolUse("1", "get_weather", '{"city":"Oslo"}'), ToolUse("2", "get_time", "{}"))
    asked, reply = message("user", "Weather?"), Reply(text="Let me see.", tool_calls=calls)
    answer = replace(message("assistant", reply.text), reply=reply)
    assert body(asked, answer, message("user", "Rain, at noon"))["messages"][1] == {
        "role": "assistant",
        "content": 'Let me see.\n\nget_weather({"city":"Oslo"})\n\nget_time({})',
    }


def test_a_request_is_rebuilt_from_what_the_tape_says_of_it() -> None:
    path = [message("user", "Count"), message("assistant", "1, 2")]
    request = body(*path, system_prompt="Be kind.", params=Params(temperature=0.0, stop=("a",)))
    sent = Sent(0.0, {name: value for name, value in request.items() if name != "messages"}, "Be kind.")
    assert list(requests.rebuilt(sent, path).items()) == list(request.items())


PHOTO = Attachment("p", AttachmentKind.IMAGE, "photo.jpg", "image/png", 3, 1500, 1000)
NOTES = Attachment(
    "n", AttachmentKind.DOCUMENT, "notes.md", "text/plain", 9, text="# Tea", notes=("Only a part.",)
)


def asked(text: str, *attachments: Attachment) -> Message:
    return replace(message("user", text), attachments=attachments)


def test_an_image_goes_as_a_data_uri_after_the_words() -> None:
    sent = body(asked("Look", PHOTO, NOTES), image={"p": b"\xff\xd8\xff"}.__getitem__)["messages"]
    url = "data:image/jpeg;base64,/9j/"
    assert sent == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "File: notes.md (Only a part.)\n\n# Tea"},
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"url": url, "detail": "auto"}},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PNG, "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\xff\xd8\xff", "image/jpeg"),
    ],
)
def test_the_media_type_is_that_of_the_bytes_that_are_sent(head: bytes, media_type: str) -> None:
    (part,) = body(asked("", PHOTO), image=lambda _: head)["messages"][0]["content"]
    assert part["image_url"]["url"].startswith(f"data:{media_type};base64,")


def test_without_images_a_message_stays_a_plain_string() -> None:
    sent = body(asked("Look", NOTES))["messages"]
    assert sent[0]["content"] == "File: notes.md (Only a part.)\n\n# Tea\n\nLook"


def test_an_image_that_is_left_out_is_told_to_the_model() -> None:
    sent = body(asked("Look", PHOTO))["messages"]
    assert sent[0]["content"] == "Look\n\n[The image photo.jpg was left out.]"


def test_how_to_draw_is_not_told_to_a_chat_model() -> None:
    assert "image_size" not in body(params=Params(image_size="512x512", image_count=2))


PICTURE = Attachment("ab" * 32, AttachmentKind.IMAGE, "image-1.png", "image/png", 8)


def drew(text: str, *images: Attachment) -> Message:
    return replace(message("assistant", text), reply=Reply(text=text, images=images))


def test_what_the_assistant_drew_goes_out_with_the_next_question() -> None:
    """Strict servers take no pictures of the assistant's, and no server takes them as text."""
    path = [message("user", "Draw"), drew("Here:", PICTURE), message("user", "Now in blue")]
    sent = body(*path, image=lambda _: PNG)["messages"]
    assert sent[1] == {"role": "assistant", "content": "Here:\n\n[image-1.png]"}
    question, picture = sent[2]["content"]
    assert question == {"type": "text", "text": "Now in blue"}
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")


def test_a_picture_alone_is_an_answer_and_goes_out_when_it_is_continued_too() -> None:
    sent = body(message("user", "Draw"), drew("", PICTURE), image=lambda _: PNG)["messages"]
    assert [each["role"] for each in sent] == ["user", "assistant", "user"]
    assert sent[1]["content"] == "[image-1.png]"
    assert [part["type"] for part in sent[2]["content"]] == ["text", "image_url"]


def test_a_picture_that_does_not_fit_is_named() -> None:
    sent = body(message("user", "Draw"), drew("Here:", PICTURE), message("user", "Again"))["messages"]
    assert sent[2]["content"] == "Again\n\n[The image image-1.png was left out.]"


def test_a_picture_in_the_text_of_an_old_answer_is_not_sent_as_text() -> None:
    old = drew(f"Here: ![x](data:image/png;base64,{'A' * 4000}) and more")
    assert body(old, message("user", "So"))["messages"][0]["content"] == "Here: [image] and more"
    typed = message("user", f"What is data:image/png;base64,{'A' * 100}?")
    assert body(typed)["messages"][0]["content"] == typed.content
