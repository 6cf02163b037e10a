"""Numbers as people read them, each with where it comes from."""

from lib.chat.expected import Expected
from lib.chat.reply import Reply, State
from lib.chat.usage import Source
from lib.ui.labels import plain

_STATES = {State.STOPPED: "stopped", State.FAILED: "failed", State.INTERRUPTED: "interrupted"}


def seconds(ms: float | None) -> str:
    """A time in seconds: two decimals below ten seconds, one above."""
    if ms is None:
        return "–"
    return f"{ms / 1000:.2f} s" if ms < 9_995 else f"{ms / 1000:.1f} s"


def footer(reply: Reply) -> str:
    """The line under a reply: served model, tokens, time to first token, tokens/s, and how it ended."""
    return _joined(reply.model_served or reply.model_requested or "", *_parts(reply))


def summary(reply: Reply, cost: float | None = None) -> str:
    """The lines over a cell, as markdown: times and how it ended; tokens, tokens/s and cost.

    Two lines of their own, so that neither breaks elsewhere when a figure gets longer.
    """
    total_ms = reply.timing.total_ms
    total = f"total {seconds(total_ms)}" if total_ms is not None else ""
    times = _joined(_first_token(reply), total, _ending(reply))
    return _lines(times, _joined(_tokens(reply), _rate(reply), _cost(reply, cost)))


def running(reply: Reply, cost: float | None = None) -> str:
    """The same lines while a reply runs: each figure has its place from the start."""
    elapsed = (reply.timing.total_ms or 0.0) / 1000
    first = _first_token(reply) or "first token –"
    rate = _rate(reply) or "– tokens/s"
    return _lines(
        _joined(first, f"elapsed {elapsed:.1f} s"), _joined(_tokens(reply), rate, _cost(reply, cost))
    )


def money(dollars: float) -> str:
    """An amount in USD, with as many decimals as it takes to see it."""
    if dollars >= 1 or dollars == 0:
        return f"${dollars:,.2f}"
    return f"${dollars:.4f}" if dollars >= 0.001 else f"${dollars:.6f}"


def about(expected: Expected) -> str:
    """What something is expected to take, as markdown."""
    parts = [f"≈ {expected.tokens:,} tokens"]
    if expected.cost is not None:
        parts.append(plain(money(expected.cost)))
        if expected.unpriced:
            unit = "cell" if expected.unpriced == 1 else "cells"
            parts[-1] += f" without {expected.unpriced} {unit} of unknown price"
    return ", ".join(parts)


def _lines(*lines: str) -> str:
    return "  \n".join(line for line in lines if line)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _parts(reply: Reply) -> list[str]:
    drawn = ""
    if reply.images:
        unit = "image" if len(reply.images) == 1 else "images"
        drawn = f"{len(reply.images)} {unit} in {seconds(reply.timing.total_ms)}"
    return [_tokens(reply), drawn or _first_token(reply), _rate(reply), _ending(reply)]


def _tokens(reply: Reply) -> str:
    count = reply.usage.completion_tokens
    if count is None:
        return ""
    return f"{_about(reply)}{count:,} {'token' if count == 1 else 'tokens'}"


def _first_token(reply: Reply) -> str:
    at_ms = reply.timing.first_token_ms
    return "" if at_ms is None else f"first token {seconds(at_ms)}"


def _rate(reply: Reply) -> str:
    rate = reply.tokens_per_second
    return "" if rate is None else f"{_about(reply)}{rate:,.0f} tokens/s"


def _cost(reply: Reply, cost: float | None) -> str:
    return "" if cost is None else plain(f"{_about(reply)}{money(cost)}")


def _ending(reply: Reply) -> str:
    if reply.state in _STATES:
        return _STATES[reply.state]
    return "" if reply.finish_reason in (None, "stop") else f"ended by `{reply.finish_reason}`"


def _about(reply: Reply) -> str:
    return "≈ " if reply.usage.source is Source.ESTIMATED else ""
