"""A conversation: a tree of messages, one path of which is shown. Nothing in it is ever overwritten."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from lib.domain.conversation.messages import Message, Params, Role
from lib.domain.reply.reply import State
from lib.i18n.translation import gettext as _

LONGEST_TITLE = 120
"""Characters of a title that a person enters."""
TITLE_CHARACTERS = 60
_BEGINNING = re.compile(r"^\s*(?:[#>]+(?:\s+|$)|(?:`{3,}|~{3,})[\w+#.-]*\s*$)", re.MULTILINE)
"""What begins a heading, a quote or a fence, which is not `C#` or `3 > 2`."""
_AROUND = re.compile(
    r"(?<![\w*`~_\\])(?P<sign>\*{1,3}|_{1,3}|~~|`+)(?=\S)(?P<words>[^\n]*?\S)(?P=sign)(?![\w*`~_])"
)
"""Signs of emphasis or code on both sides of words, which are not `2 * 3`, `a_b`, `~/.ssh` or `5~10`."""
_READ, _NESTED = 1000, 3
"""The characters of a message that are read for its title, and the emphasis within emphasis."""
_STORED_BEFORE = "New chat"
"""What older versions stored in place of no title."""
_ONLY_SIGNS = re.compile(r"[\W_]+")


# The tape of a reply that is not stored lives as long as its conversation (`LiveTape.keep_for`).
@dataclass(slots=True, weakref_slot=True)
class Conversation:
    """The tree, the last shown message, and the settings for the next message."""

    id: str
    title: str
    """Empty before its first words; `shown_title` is what people read."""
    created_at: datetime
    updated_at: datetime
    """When any part of it last changed; a page compares it to find out whether its copy is stale."""
    model: str | None = None
    system_prompt: str = ""
    params: Params = Params()
    leaf_id: str | None = None
    """The last message of the shown path; `None` before the first message."""
    messages: dict[str, Message] = field(default_factory=dict)
    """By id, oldest first."""
    is_pinned: bool = False
    is_temporary: bool = False
    """Whether it lives in memory only."""
    comparison_id: str | None = None
    """The comparison that it is a cell of; `None` for a chat."""
    position: int = 0
    """The position of a cell among the others."""

    def path(self, leaf_id: str | None = None) -> list[Message]:
        """The messages from the first one to `leaf_id` (by default the shown leaf), in order."""
        path: list[Message] = []
        message = self.messages.get(leaf_id or self.leaf_id or "")
        while message is not None:
            path.append(message)
            message = self.messages.get(message.parent_id or "")
        return path[::-1]

    def turns(self) -> list[list[Message]]:
        """The shown path as people read it: an answer and its continuations are one turn."""
        turns: list[list[Message]] = []
        for message in self.path():
            if turns and message.role == "assistant" and turns[-1][-1].role == "assistant":
                turns[-1].append(message)
            else:
                turns.append([message])
        return turns

    def last_question(self) -> Message | None:
        """The last message of the shown path that a person sent."""
        return next((message for message in reversed(self.path()) if message.role == "user"), None)

    def unanswered(self) -> Message | None:
        """The question at the end of the shown path, if every attempt to answer it failed without a word."""
        answer = self.messages.get(self.leaf_id or "")
        question = self.messages.get(answer.parent_id or "") if answer else None
        if not answer or not question or question.role != "user" or not _failed_without_a_word(answer):
            return None
        return question if all(map(_failed_without_a_word, self.versions(answer.id))) else None

    def versions(self, message_id: str) -> list[Message]:
        """The message and its siblings: other answers to the same question, or edits of the same message."""
        return [self.messages[version] for version in self.all_versions()[message_id]]

    def all_versions(self) -> dict[str, list[str]]:
        """The ids of all versions of every message, by message id."""
        siblings: dict[tuple[str | None, Role], list[str]] = {}
        for message in self.messages.values():
            siblings.setdefault((message.parent_id, message.role), []).append(message.id)
        return {id_: versions for versions in siblings.values() for id_ in versions}

    def newest_leaf(self, message_id: str) -> str:
        """The leaf below a message, following the newest answer at each step."""
        children = {message.parent_id: message.id for message in self.messages.values()}
        while message_id in children:
            message_id = children[message_id]
        return message_id

    def prompt(self, reply_id: str) -> list[str]:
        """The texts of the prompt for a reply, to estimate its tokens."""
        texts = [text for message in self.path(self.messages[reply_id].parent_id) for text in message.texts()]
        return [self.system_prompt, *texts] if self.system_prompt else texts

    def prompt_image_tokens(self, reply_id: str) -> int:
        """An estimate of the tokens of the images in the prompt for a reply."""
        return sum(message.image_tokens() for message in self.path(self.messages[reply_id].parent_id))

    def add(self, messages: Iterable[Message]) -> None:
        """Append messages and show the path to the last of them."""
        for message in messages:
            self.messages[message.id] = message
            self.leaf_id = message.id


def clean_title(text: str) -> str:
    """A title that a person enters, as it is stored: one line of at most `LONGEST_TITLE`, or empty."""
    return " ".join(text.split())[:LONGEST_TITLE].strip()


def title_of(message: Message) -> str:
    """A title from a conversation's first message: its first words, otherwise its attachment's name.

    Empty if there are none.
    """
    return title_from(message.content or next((each.name for each in message.attachments), ""))


def shown_title(title: str) -> str:
    """A title as it is read: a conversation without one is a new chat."""
    return _("New chat") if title in ("", _STORED_BEFORE) else title


def _failed_without_a_word(answer: Message) -> bool:
    return bool(answer.reply and answer.reply.state is State.FAILED and answer.reply.is_empty)


def title_from(text: str) -> str:
    """The first words of a message, as a one-line title; empty if it has none."""
    line = re.sub(r"\s+", " ", _without_markup(_BEGINNING.sub("", text.lstrip()[:_READ]))).strip()
    if _ONLY_SIGNS.fullmatch(line) and not line.strip("*_`~# "):
        return ""
    if len(line) <= TITLE_CHARACTERS:
        return line
    shortened = line[: TITLE_CHARACTERS + 1].rsplit(" ", 1)[0][:TITLE_CHARACTERS]
    return shortened.rstrip(",.;:") + "…"


def _without_markup(text: str) -> str:
    """Return the text without signs of emphasis and code, also of one inside another."""
    for _time in range(_NESTED):
        text = _AROUND.sub(r"\g<words>", text)
    return text


def with_ids(conversation: Conversation, new_id: Callable[[str], str]) -> Conversation:
    """A copy of a conversation in which `new_id` has replaced its id and those of its messages."""
    ids = {message_id: new_id(message_id) for message_id in conversation.messages}
    messages = {
        ids[message.id]: replace(message, id=ids[message.id], parent_id=ids.get(message.parent_id or ""))
        for message in conversation.messages.values()
    }
    leaf_id = ids.get(conversation.leaf_id or "")
    return replace(conversation, id=new_id(conversation.id), leaf_id=leaf_id, messages=messages)
