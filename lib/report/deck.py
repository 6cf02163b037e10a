"""A deck as one HTML file: its prompts in order, without the notes, which are for the presenter only."""

from collections.abc import Iterable
from dataclasses import replace

from lib.domain.comparison.decks import Deck
from lib.domain.conversation.exports import Load
from lib.report import masking, page


def html(deck: Deck, load: Load, *, maker: str, keys: Iterable[str] = ()) -> str:
    """Return the page, in which e-mail addresses, keys and internal hosts are masked.

    `load` returns the bytes of an image, `maker` is the app with its version, `keys` are known keys.
    """
    shown = _masked(deck, list(keys))
    template = page.environment().get_template("deck.html")
    return template.render(deck=shown, style=page.style(), maker=maker, load=load)


def _masked(deck: Deck, keys: list[str]) -> Deck:
    texts = [deck.shown_title, deck.system_prompt]
    for prompt in deck.prompts:
        texts += [prompt.text, prompt.system_prompt, *(each.name for each in prompt.attachments)]
    masks = masking.masks(masking.find_in(texts, keys))

    def mask(text: str) -> str:
        return masking.masked_text(text, masks, keys)

    prompts = tuple(
        replace(
            prompt,
            text=mask(prompt.text),
            system_prompt=mask(prompt.system_prompt),
            attachments=tuple(replace(each, name=mask(each.name)) for each in prompt.attachments),
            notes="",
        )
        for prompt in deck.prompts
    )
    return replace(
        deck, title=mask(deck.shown_title), system_prompt=mask(deck.system_prompt), prompts=prompts
    )
