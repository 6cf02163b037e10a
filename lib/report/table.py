"""A report as CSV: one row per reply, including those that the page does not show."""

import json
from collections.abc import Iterator

from lib.domain.comparison.recordings import Recording
from lib.domain.conversation.messages import Message
from lib.domain.models.prices import Prices, cost_of, price_of, source_of
from lib.domain.reply.reply import Reply
from lib.domain.reply.wording import told_as
from lib.domain.text import spreadsheets
from lib.report.contents import Cell, Section, all_answers


def to_csv(recording: Recording) -> str:
    """Return the replies in page order: times in ms, cost in USD, empty fields for unknown figures."""
    rows = list(_rows(recording))
    return spreadsheets.to_csv([list(rows[0]), *(list(row.values()) for row in rows)]) if rows else ""


def _rows(recording: Recording) -> Iterator[dict[str, object]]:
    for section, cell, message, turn, version in all_answers(recording):
        reply = message.reply or Reply()
        yield {
            "recording": recording.title,
            "prompt_number": section.number,
            "prompt": section.question.content if section.question else "",
            "cell": cell.label,
            "turn": turn,
            "version": version,
            **_asked(cell),
            **_measured(cell, reply, recording.prices),
            **_judged(section, cell),
            **_said(message, reply),
        }


def _asked(cell: Cell) -> dict[str, object]:
    conversation = cell.conversation
    return {
        "model": conversation.model,
        "system_prompt": conversation.system_prompt,
        "parameters": json.dumps(conversation.params.body(), ensure_ascii=False),
    }


def _measured(cell: Cell, reply: Reply, prices: Prices) -> dict[str, object]:
    usage, timing, model = reply.usage, reply.timing, cell.conversation.model
    price = price_of(reply, prices, model)
    return {
        "model_served": reply.model_served,
        "state": reply.state.value,
        "finish_reason": reply.finish_reason,
        "ttft_ms": timing.first_token_ms,
        "total_ms": timing.total_ms,
        "tokens_per_second": reply.tokens_per_second,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_tokens": usage.cached_tokens,
        "tokens_source": told_as(usage),
        "cost_usd": cost_of(reply, prices, model),
        "price_source": source_of(price) if price else "",
    }


def _judged(section: Section, cell: Cell) -> dict[str, object]:
    is_judged = section.votes or cell.up or cell.down
    return {
        "votes": cell.votes if is_judged else None,
        "thumbs_up": cell.up if is_judged else None,
        "thumbs_down": cell.down if is_judged else None,
    }


def _said(message: Message, reply: Reply) -> dict[str, object]:
    return {
        "created_at": message.created_at.isoformat(),
        "error": str(reply.error) if reply.error else "",
        "reasoning": reply.reasoning,
        "answer": message.content,
    }
