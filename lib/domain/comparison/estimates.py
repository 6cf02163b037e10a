"""Estimates what it will cost to ask a comparison's cells, before they are asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.domain.comparison.comparisons import attempts, missing
from lib.domain.comparison.statistics import Spread
from lib.domain.conversation.attachments import Attachment, document_text, images_of
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.prices import Prices
from lib.domain.reply.reply import Reply
from lib.domain.reply.usage import Source, Usage, estimate_usage

USUAL_ANSWER_TOKENS = 500
"""A page of text: the guess for a model that has not answered yet."""
CEILING_TOKENS = 50_000
CEILING_DOLLARS = 1.0
"""Anything expected to exceed either limit needs a confirmation first."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected cost of asking all cells."""

    tokens: int
    cost: float | None
    """In USD, for the cells with a known price; `None` if no price is known."""
    unpriced: int
    """How many cells have no known price."""

    @property
    def is_much(self) -> bool:
        """Whether a person must confirm first."""
        return self.tokens > CEILING_TOKENS or (self.cost or 0.0) > CEILING_DOLLARS


def expected(
    cells: Sequence[Conversation],
    text: str | None,
    wanted: int,
    prices: Prices | None = None,
    attachments: Sequence[Attachment] = (),
) -> Expected:
    """Estimate asking every cell `text`, `wanted` times; `None` repeats its last question."""
    tokens, costs, asked = 0, [], _asked_tokens(text, attachments)
    for cell in cells:
        if times := wanted if text is not None else missing(cell, wanted):
            usage = _expected_usage(cell, asked, is_again=text is None)
            price = (prices or {}).get(cell.model or "")
            tokens += times * (usage.total_tokens or 0)
            cost = price.cost(usage) if price else None
            costs.append(None if cost is None else cost * times)
    known = [cost for cost in costs if cost is not None]
    return Expected(tokens, sum(known) if known else None, len(costs) - len(known))


def _asked_tokens(text: str | None, attachments: Sequence[Attachment]) -> int:
    """The question's own tokens, with its files: the same for every cell, and files may be long."""
    documents = [document_text(each) for each in attachments if not each.is_image]
    images = sum(image.tokens for image in images_of(attachments))
    texts = [*documents, text] if text else documents
    return estimate_usage(texts, "", images).prompt_tokens or 0


def _expected_usage(cell: Conversation, asked_tokens: int, *, is_again: bool) -> Usage:
    """The usage of one answer; `is_again` if the last question is repeated."""
    path = cell.path()[:-1] if is_again else cell.path()
    texts = [said for message in path for said in message.texts()]
    texts += [cell.system_prompt] if cell.system_prompt else []
    images = sum(message.image_tokens() for message in path)
    prompt = (estimate_usage(texts, "", images).prompt_tokens or 0) + asked_tokens
    completion = _answer_tokens(cell)
    return Usage(prompt, completion, prompt + completion, source=Source.ESTIMATED)


def _answer_tokens(cell: Conversation) -> int:
    """The median tokens of its answers so far; before the first one, its limit or the usual number."""
    known = Spread.of([(message.reply or Reply()).usage.completion_tokens for message in attempts(cell)])
    if known:
        return round(known.median)
    return min(cell.params.max_tokens or USUAL_ANSWER_TOKENS, USUAL_ANSWER_TOKENS)
