"""Numbers as people read them, each with where it comes from."""

from lib.chat.reply import Reply, State
from lib.chat.usage import Source

_STATES = {State.STOPPED: "stopped", State.FAILED: "failed", State.INTERRUPTED: "interrupted"}


def seconds(ms: float | None) -> str:
    """A time in seconds: two decimals below ten seconds, one above."""
    if ms is None:
        return "–"
    return f"{ms / 1000:.2f} s" if ms < 9_995 else f"{ms / 1000:.1f} s"


def footer(reply: Reply) -> str:
    """The line under a reply: served model, tokens, time to first token, tokens/s, and how it ended."""
    return _joined(reply.model_served or reply.model_requested or "", *_parts(reply))


def summary(reply: Reply) -> str:
    """The line over a cell: as `footer`, with the total time in place of the model, which stands above."""
    total = reply.timing.total_ms
    return _joined(*_parts(reply), f"total {seconds(total)}" if total is not None else "")


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _parts(reply: Reply) -> list[str]:
    usage = reply.usage
    about = "≈ " if usage.source is Source.ESTIMATED else ""
    parts = []
    if usage.completion_tokens is not None:
        unit = "token" if usage.completion_tokens == 1 else "tokens"
        parts.append(f"{about}{usage.completion_tokens:,} {unit}")
    if reply.images:
        unit = "image" if len(reply.images) == 1 else "images"
        parts.append(f"{len(reply.images)} {unit} in {seconds(reply.timing.total_ms)}")
    elif reply.timing.first_token_ms is not None:
        parts.append(f"first token {seconds(reply.timing.first_token_ms)}")
    if reply.tokens_per_second is not None:
        parts.append(f"{about}{reply.tokens_per_second:,.0f} tokens/s")
    if reply.state in _STATES:
        parts.append(_STATES[reply.state])
    elif reply.finish_reason not in (None, "stop"):
        parts.append(f"ended by `{reply.finish_reason}`")
    return parts
