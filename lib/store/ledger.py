"""The ledger: one row for each reply that has ended."""

from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from lib.domain.reply.ledger import LedgerRow
from lib.domain.reply.reply import State
from lib.domain.reply.usage import Source, Usage
from lib.store.database.database import Database
from lib.store.database.schema import conversations, ledger


class Ledger:
    """Reads a person's rows of the ledger, oldest first."""

    def __init__(self, database: Database, person_id: str) -> None:
        self._database, self._person_id = database, person_id
        self._is_own = ledger.c.person_id == person_id

    def of_session(self, session_id: str) -> list[LedgerRow]:
        return self._rows(_QUERY.where(self._is_own, ledger.c.session_id == session_id))

    def of_conversation(self, conversation_id: str) -> list[LedgerRow]:
        return self._rows(_QUERY.where(self._is_own, ledger.c.conversation_id == conversation_id))

    def all(self) -> list[LedgerRow]:
        return self._rows(_QUERY.where(self._is_own))

    def book(self, row: LedgerRow) -> None:
        """Add the row of a call that is not a reply, such as one for a title."""
        with self._database.write() as connection:
            book(connection, self._person_id, row)

    def _rows(self, query: Select[Any]) -> list[LedgerRow]:
        with self._database.read() as connection:
            return [_ledger_row(row) for row in connection.execute(query)]


def book(connection: Connection, person_id: str, row: LedgerRow) -> None:
    """Add the row of a reply that has just ended to a person's ledger."""
    connection.execute(
        insert(ledger).values(
            reply_id=row.reply_id,
            person_id=person_id,
            session_id=row.session_id,
            conversation_id=row.conversation_id,
            created_at=row.created_at,
            model_requested=row.model_requested,
            model_served=row.model_served,
            state=row.state,
            finish_reason=row.finish_reason,
            prompt_tokens=row.usage.prompt_tokens,
            completion_tokens=row.usage.completion_tokens,
            total_tokens=row.usage.total_tokens,
            cached_tokens=row.usage.cached_tokens,
            reasoning_tokens=row.usage.reasoning_tokens,
            source=row.usage.source,
            ttft_ms=row.ttft_ms,
            total_ms=row.total_ms,
            tokens_per_second=row.tokens_per_second,
            retries=row.retries,
            purpose=row.purpose,
            error_category=row.error_category,
        )
    )


_QUERY = (
    select(ledger, conversations.c.title)
    .select_from(ledger.outerjoin(conversations, conversations.c.id == ledger.c.conversation_id))
    .order_by(ledger.c.created_at)
)


def _ledger_row(row: Row[Any]) -> LedgerRow:
    return LedgerRow(
        reply_id=row.reply_id,
        session_id=row.session_id,
        conversation_id=row.conversation_id,
        conversation=row.title,
        is_stored=True,
        created_at=row.created_at,
        model_requested=row.model_requested,
        model_served=row.model_served,
        state=State(row.state),
        finish_reason=row.finish_reason,
        usage=Usage(
            row.prompt_tokens,
            row.completion_tokens,
            row.total_tokens,
            row.cached_tokens,
            row.reasoning_tokens,
            Source(row.source),
        ),
        ttft_ms=row.ttft_ms,
        total_ms=row.total_ms,
        tokens_per_second=row.tokens_per_second,
        retries=row.retries,
        purpose=row.purpose,
        error_category=row.error_category,
    )
