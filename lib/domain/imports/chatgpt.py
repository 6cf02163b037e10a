"""ChatGPT's data export, and single conversations in its shape.

OpenAI publishes no schema (https://help.openai.com/en/articles/7260999). This follows real files named
`conversations.json`: each conversation is a `mapping` of nodes with their `parent` and `children`, most of
them with a `message`.
"""

from collections.abc import Mapping
from typing import Any

from lib.domain.conversation.conversations import Conversation
from lib.domain.imports.chatgpt_content import answer_text, asset, pictures_in, question_text, thoughts
from lib.domain.imports.chatgpt_marks import readable
from lib.domain.imports.fields import fields_of, id_of, identity, moment_of, objects_in, ranked, text_of
from lib.domain.imports.files import Named, Take, taken
from lib.domain.imports.tree import Node, Said, conversation
from lib.domain.text.validation import FormatError
from lib.i18n.translation import lazy


def fits(given: Mapping[str, Any]) -> bool:
    """Whether this is a conversation of ChatGPT, or an empty one that has lost its mapping.

    DeepSeek has a mapping too, but with other messages.
    """
    is_shell = "current_node" in given or {"title", "create_time"} <= given.keys()
    return ("mapping" in given or is_shell) and "inserted_at" not in given


def read(given: Mapping[str, Any], take: Take) -> Conversation:
    """Parse the conversation with all its branches. Raises `FormatError`."""
    mapping = given.get("mapping") or {}
    if not isinstance(mapping, dict):
        raise FormatError("mapping", lazy("must be an object"))
    id_ = identity(given, "conversation_id", "id")
    model = text_of(given.get("default_model_slug"))
    return conversation(
        {id_: _node(fields_of(mapping[id_]), model, take) for id_ in ranked(mapping, "children")},
        id_=id_of(id_, "conversation", id_),
        title=text_of(given.get("title")),
        created_at=moment_of(given.get("create_time")),
        updated_at=moment_of(given.get("update_time")),
        shown=text_of(given.get("current_node")),
        is_pinned=given.get("is_starred") is True,
    )


def _node(given: Mapping[str, Any], model: str, take: Take) -> Node:
    message = fields_of(given.get("message"))
    parent = text_of(given.get("parent")) or None
    return Node(parent, moment_of(message.get("create_time")), _said(message, model, take))


def _said(message: Mapping[str, Any], model: str, take: Take) -> Said | None:
    metadata, content = fields_of(message.get("metadata")), fields_of(message.get("content"))
    # Instructions that ChatGPT adds to each chat, such as a person's own profile.
    if metadata.get("is_visually_hidden_from_conversation"):
        return None
    match fields_of(message.get("author")).get("role"):
        case "user":
            return _question(content, metadata, take)
        case "assistant":
            served = text_of(metadata.get("model_slug")) or model
            if content.get("content_type") == "thoughts":
                return Said("assistant", reasoning=readable(thoughts(content), metadata)[0], model=served)
            return _answer(answer_text(content, message.get("recipient")), content, metadata, take, served)
        case "tool":
            return _answer("", content, metadata, take)
    return None


def _question(content: Mapping[str, Any], metadata: Mapping[str, Any], take: Take) -> Said:
    attached = [(asset(each.get("id")), text_of(each.get("name"))) for each in _attachments(metadata)]
    names, shown = dict(attached), pictures_in(content)
    pictures = [Named(names.get(id_, ""), id_, is_picture=True) for id_ in shown]
    documents = [Named(name, id_) for id_, name in attached if id_ not in shown]
    files, missing = taken([*pictures, *documents], take)
    text, _ = readable(question_text(content), metadata, is_model=False)
    return Said("user", "\n\n".join(filter(None, (*missing, text))), files=files)


def _attachments(metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return objects_in(metadata.get("attachments"))


def _answer(
    text: str, content: Mapping[str, Any], metadata: Mapping[str, Any], take: Take, model: str = ""
) -> Said:
    text, citations = readable(text, metadata)
    files, missing = taken(
        [Named(pointer=id_, is_picture=True) for id_ in pictures_in(content, metadata)], take
    )
    return Said(
        "assistant",
        "\n\n".join(filter(None, (text, *missing))),
        files=files,
        citations=citations,
        model=model,
    )
