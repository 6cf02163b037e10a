"""A deck: an ordered list of prompts for showing models, and the edits that it allows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lib.domain.conversation import attachments
from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import LONGEST_TITLE, clean_title
from lib.domain.text.validation import validated
from lib.i18n.translation import gettext as _

MOST_PROMPTS = 100
LONGEST_PROMPT = 200_000
"""Characters, as in the chat: a longer text is a document."""
LONGEST_NOTES = 20_000
LONGEST_DECK = 2_000_000
"""Characters of all texts in a deck that comes as a file, including its documents."""
MOST_FILES = 10
"""Per prompt."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of a deck."""

    id: str
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    system_prompt: str = ""
    """The prompt's own; if empty, the deck's applies."""
    notes: str = ""
    """For the presenter only; never sent to a model."""

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to ask."""
        return not (self.text.strip() or self.attachments)


@dataclass(frozen=True, slots=True)
class Deck:
    """The prompts in order, and the system prompt for those that have none of their own."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    system_prompt: str = ""
    prompts: tuple[Prompt, ...] = ()

    def system_prompt_of(self, prompt: Prompt) -> str:
        """The system prompt that is sent with this prompt."""
        return prompt.system_prompt or self.system_prompt

    @property
    def characters(self) -> int:
        """The characters of all its texts, including its documents."""
        texts = [self.system_prompt]
        for prompt in self.prompts:
            texts += [
                prompt.text,
                prompt.system_prompt,
                prompt.notes,
                *(one.text for one in prompt.attachments),
            ]
        return sum(map(len, texts))

    @property
    def shown_title(self) -> str:
        """The title as it is read."""
        return shown_title(self.title)

    def place(self, prompt_id: str) -> int | None:
        """The position of a prompt, counted from 0; `None` if it is not in the deck."""
        return next((at for at, prompt in enumerate(self.prompts) if prompt.id == prompt_id), None)


def new(deck_id: str, prompts: Sequence[Prompt] = (), *, title: str = "") -> Deck:
    """A new deck, created now."""
    now = datetime.now(UTC)
    return Deck(deck_id, clean_title(title), now, now, prompts=tuple(prompts))


def shown_title(title: str) -> str:
    """A title as it is read: a prompt set without one is a new one."""
    return title or _("New prompt set")


def changed(deck: Deck, prompt_id: str, change: Callable[[Prompt], Prompt]) -> Deck:
    """The deck with one prompt changed."""
    return replace(
        deck, prompts=tuple(change(each) if each.id == prompt_id else each for each in deck.prompts)
    )


def without(deck: Deck, prompt_id: str) -> Deck:
    """The deck without a prompt."""
    return replace(deck, prompts=tuple(each for each in deck.prompts if each.id != prompt_id))


def added(deck: Deck, prompt: Prompt, at: int = MOST_PROMPTS) -> Deck:
    """The deck with a prompt at this position, by default the last; unless it is full or has the prompt."""
    if len(deck.prompts) >= MOST_PROMPTS or deck.place(prompt.id) is not None:
        return deck
    return replace(deck, prompts=(*deck.prompts[:at], prompt, *deck.prompts[at:]))


def moved(deck: Deck, prompt_id: str, to: int) -> Deck:
    """The deck with a prompt moved to another position, counted from 0."""
    at = deck.place(prompt_id)
    if at is None:
        return deck
    return added(without(deck, prompt_id), deck.prompts[at], max(0, to))


def _copied(title: str) -> str:
    return _("{title} (copy)").format(title=title[: LONGEST_TITLE - 7])


def duplicated(deck: Deck, *, new_id: Callable[[], str]) -> Deck:
    """A copy of the deck with new ids."""
    prompts = [replace(prompt, id=new_id()) for prompt in deck.prompts]
    copy = new(new_id(), prompts, title=_copied(deck.shown_title))
    return replace(copy, system_prompt=deck.system_prompt)


def to_json(deck: Deck) -> dict[str, Any]:
    """The deck without its id, title and dates, as plain JSON values; image bytes are not included."""
    prompts = [
        {**asdict(prompt), "attachments": [attachments.to_json(each) for each in prompt.attachments]}
        for prompt in deck.prompts
    ]
    return {"system_prompt": deck.system_prompt, "prompts": prompts}


def prompts_from_json(content: Mapping[str, Any]) -> tuple[Prompt, ...]:
    """The prompts that `to_json` wrote. Raises `FormatError`."""
    return validated(tuple[Prompt, ...], content["prompts"], "prompts")
