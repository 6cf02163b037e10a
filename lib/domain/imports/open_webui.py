"""Open WebUI's export of chats: a list of chats, or a single one.

A chat is `{"title", "chat": {"history": {"messages", "currentId"}, …}, "created_at", …}`, as written by the
pages of https://github.com/open-webui/open-webui; very old ones hold only a list of `messages`. A model's
thinking is part of the content, in `<details type="reasoning">`.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from lib.domain.conversation.conversations import Conversation
from lib.domain.imports.fields import (
    count_of,
    fields_of,
    id_of,
    identity,
    moment_of,
    objects_in,
    ranked,
    source_of,
    text_of,
)
from lib.domain.imports.files import Named, Take, taken
from lib.domain.imports.tags import Tag, pieces
from lib.domain.imports.tree import Node, Said, conversation
from lib.domain.reply.citations import Citation
from lib.domain.reply.reply import State
from lib.domain.reply.usage import Source, Usage
from lib.domain.text.validation import FormatError
from lib.i18n.translation import lazy

_DETAILS = re.compile(
    r'<(?P<name>details)(?P<attributes> type="(?:reasoning|tool_calls|code_interpreter)"[^<>]*)>'
)
_SUMMARY = re.compile(r"\A\s*<summary>[^<]*</summary>\s*")
_PROMPT_TOKENS = ("prompt_tokens", "input_tokens", "prompt_eval_count")
_COMPLETION_TOKENS = ("completion_tokens", "output_tokens", "eval_count")
"""The names in OpenAI's chat completions, in its responses, and in Ollama."""


def fits(given: Mapping[str, Any]) -> bool:
    """Whether this is a chat of Open WebUI."""
    return isinstance(given.get("chat"), dict) or "messages" in fields_of(given.get("history"))


def read(given: Mapping[str, Any], take: Take) -> Conversation:
    """Parse the chat with all its branches. Raises `FormatError`."""
    chat = fields_of(given.get("chat")) or given
    history = fields_of(chat.get("history"))
    created_at = moment_of(given.get("created_at")) or moment_of(chat.get("timestamp"))
    said = _by_id(chat, history)
    return conversation(
        {id_: _node(each, take) for id_, each in said.items()},
        id_=id_of(text_of(given.get("id")) or identity(chat, "id"), "open webui", str(created_at)),
        title=text_of(given.get("title")) or text_of(chat.get("title")),
        created_at=created_at,
        updated_at=moment_of(given.get("updated_at")),
        shown=text_of(history.get("currentId")) or text_of(history.get("current_id")),
        is_pinned=given.get("pinned") is True,
        system_prompt=_system_prompt(chat, said),
    )


def _by_id(chat: Mapping[str, Any], history: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The messages with their parents, siblings in their parent's order."""
    messages = history.get("messages")
    if isinstance(messages, dict) and messages:
        return {id_: fields_of(messages[id_]) for id_ in ranked(messages, "childrenIds")}
    found: dict[str, Mapping[str, Any]] = {}
    if not isinstance(messages or [], dict | list) or not isinstance(chat.get("messages") or [], list):
        raise FormatError("messages", lazy("must be an object or a list"))
    for number, each in enumerate(objects_in(messages) or objects_in(chat.get("messages"))):
        # Old exports contain no parents: each message follows the previous one.
        parent = each.get("parentId", next(reversed(found), None))
        found[text_of(each.get("id")) or str(number)] = {**each, "parentId": parent}
    return found


def _system_prompt(chat: Mapping[str, Any], said: Mapping[str, Mapping[str, Any]]) -> str:
    told = [fields_of(chat.get("params")).get("system"), chat.get("system")]
    told += [each.get("content") for each in said.values() if each.get("role") == "system"]
    return next(filter(None, map(text_of, told)), "")


def _node(given: Mapping[str, Any], take: Take) -> Node:
    return Node(text_of(given.get("parentId")) or None, moment_of(given.get("timestamp")), _said(given, take))


def _said(given: Mapping[str, Any], take: Take) -> Said | None:
    role = given.get("role")
    if role not in ("user", "assistant"):
        return None
    text = _content(given.get("content"))
    files, missing = taken(_files(given), take)
    if role == "user":
        return Said("user", "\n\n".join(filter(None, (*missing, text))), files=files)
    text, reasoning = _without_details(text)
    reasoning = "\n\n".join(filter(None, (text_of(given.get("reasoning_content")), reasoning)))
    return Said(
        "assistant",
        "\n\n".join(filter(None, (text, *missing))),
        reasoning=reasoning,
        files=files,
        citations=tuple(_citations(given)),
        model=text_of(given.get("model")) or text_of(given.get("modelName")),
        usage=_usage(given),
        state=State.INTERRUPTED if given.get("done") is False else State.COMPLETED,
        notices=tuple(_error(given)),
    )


def _content(content: Any) -> str:
    parts = (text_of(part.get("text")) for part in objects_in(content))
    return text_of(content) or "\n\n".join(filter(None, parts))


def _files(given: Mapping[str, Any]) -> Iterator[Named]:
    """The pictures and documents of a message; a web search is not one of them."""
    for part in objects_in(given.get("content")):
        if url := text_of(fields_of(part.get("image_url")).get("url")):
            yield Named(pointer=url, is_picture=True)
    for each in objects_in(given.get("files")):
        kind, file = text_of(each.get("type")), fields_of(each.get("file"))
        name = text_of(each.get("name")) or text_of(file.get("filename"))
        if kind.startswith("image"):
            yield Named(name, pointer=text_of(each.get("url")), is_picture=True)
        elif name and not kind.startswith("web_search"):
            text = text_of(fields_of(file.get("data")).get("content")) or _content(each.get("content"))
            yield Named(name, text_of(each.get("id")), text)


def _without_details(text: str) -> tuple[str, str]:
    """The answer and the thinking; tool calls are left out, except code that was run."""
    shown, thinking = [], []
    for piece in pieces(text, _DETAILS):
        if not isinstance(piece, Tag):
            shown.append(piece)
            continue
        body = _SUMMARY.sub("", piece.body)
        if piece.attributes["type"] == "reasoning":
            lines = [re.sub(r"\A> ?", "", unescape(line)) for line in body.strip().split("\n")]
            thinking.append("\n".join(lines))
        elif piece.attributes["type"] == "code_interpreter":
            shown.append(f"\n\n{unescape(body).strip()}\n\n")
    answer = text if len(shown) == 1 and not thinking else re.sub(r"\n{3,}", "\n\n", "".join(shown)).strip()
    return answer, "\n\n".join(filter(None, thinking))


def _citations(given: Mapping[str, Any]) -> Iterator[Citation]:
    """The sources, one for each passage found; `[1]` in an answer refers to the first."""
    for each in objects_in(given.get("sources")) or objects_in(given.get("citations")):
        about = fields_of(each.get("source"))
        places = objects_in(each.get("metadata")) or [{}]
        for place in places:
            title = text_of(place.get("title")) or text_of(place.get("name")) or text_of(about.get("name"))
            urls = (
                place.get("source"),
                place.get("url"),
                about.get("url"),
                about.get("id"),
                about.get("name"),
            )
            found = (source_of({"url": url, "title": title}) for url in urls)
            yield next(filter(None, found), None) or Citation("", " ".join(title.split()))


def _usage(given: Mapping[str, Any]) -> Usage:
    told = {**fields_of(given.get("info")), **fields_of(fields_of(given.get("info")).get("usage"))}
    told |= fields_of(given.get("usage"))
    prompt, completion = _count(told, _PROMPT_TOKENS), _count(told, _COMPLETION_TOKENS)
    total = count_of(told.get("total_tokens"))
    is_known = any(count is not None for count in (prompt, completion, total))
    details = fields_of(told.get("completion_tokens_details")) or fields_of(told.get("output_tokens_details"))
    cached = fields_of(told.get("prompt_tokens_details")) or fields_of(told.get("input_tokens_details"))
    return Usage(
        prompt,
        completion,
        total,
        count_of(cached.get("cached_tokens")),
        count_of(details.get("reasoning_tokens")),
        Source.REPORTED if is_known else Source.UNKNOWN,
    )


def _count(told: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((count for name in names if (count := count_of(told.get(name))) is not None), None)


def _error(given: Mapping[str, Any]) -> Iterator[str]:
    error = given.get("error")
    if (
        said := text_of(error)
        or text_of(fields_of(error).get("content"))
        or text_of(fields_of(error).get("detail"))
    ):
        yield f"Open WebUI kept an error with this answer: {' '.join(said.split())}"
