"""Speech to text: a paid call of its own, with a row in the ledger whether it succeeds or fails."""

import secrets
import time
from datetime import UTC, datetime

from lib.domain.models.connection import Connection
from lib.domain.reply.errors import ChatError
from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import State
from lib.domain.reply.usage import Usage
from lib.gateway.client import Gateway


async def transcribe(
    gateway: Gateway, connection: Connection, recording: bytes, model: str
) -> tuple[str, LedgerRow, ChatError | None]:
    """The text of a recording, the row of the call, and its error. The row's session is left open."""
    created_at, started = datetime.now(UTC), time.perf_counter()
    text, usage, error = "", Usage(), None
    try:
        text, usage = await gateway.transcribe(connection, recording, model=model)
    except ChatError as trouble:
        error = trouble
    row = LedgerRow(
        reply_id=secrets.token_hex(16),
        session_id="",
        conversation_id="",
        conversation="",
        created_at=created_at,
        model_requested=model,
        model_served=None,
        state=State.FAILED if error else State.COMPLETED,
        finish_reason=None,
        usage=usage,
        ttft_ms=None,
        total_ms=(time.perf_counter() - started) * 1000,
        tokens_per_second=None,
        purpose="transcription",
    )
    return text, row, error
