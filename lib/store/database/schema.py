"""The tables. `migrations/` brings an older file to this shape; a test compares the two."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The revision of the current schema."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite stores it without its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value else None


metadata = MetaData()
# `person_id` is the owner of a row. What hangs on an owned row (messages, replies, rounds, rooms) has no
# owner of its own: it is reached through that row only. Rows from before there were people belong to `local`.

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False, server_default="local"),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("model", Text),
    Column("system_prompt", Text, nullable=False, default=""),
    Column("params", JSON, nullable=False),
    Column("leaf_id", String(32)),
    Column("is_pinned", Boolean, nullable=False, server_default="0"),
    Column("deleted_at", UtcDateTime),
    Column("comparison_id", String(32)),
    Column("position", Integer, nullable=False, server_default="0"),
    Index("ix_conversations_listed", "person_id", "deleted_at", "is_pinned", "updated_at"),
    Index("ix_conversations_comparison_id", "comparison_id"),
)
"""A conversation with `deleted_at` is in the bin: it can be restored until it is purged. One with a
`comparison_id` is a cell of that comparison, not a chat."""

comparisons = Table(
    "comparisons",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False, server_default="local"),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("deck_run_id", String(32)),
    Column("position", Integer, nullable=False, server_default="0"),
    Index("ix_comparisons_created_at", "person_id", "created_at"),
    Index("ix_comparisons_deck_run_id", "deck_run_id", "position"),
)
"""A comparison with a `deck_run_id` is the row of that run at `position`: one prompt of the deck."""

messages = Table(
    "messages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", String(32)),
    Column("role", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seq", Integer, nullable=False),
    Index("ix_messages_conversation_id", "conversation_id", "seq"),
)
"""`seq` orders the messages of a conversation: clocks are not reliable enough."""

attachments = Table(
    "attachments",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("pages", Integer),
    Column("text", Text, nullable=False),
    Column("note", Text, nullable=False),
)
"""The attachments of a message, and what a reply drew (a copy from its fold): the images in use.

An image's bytes are in a file named by `id`; a document is its `text`."""

replies = Table(
    "replies",
    metadata,
    Column("id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    # Makes a send happen only once, whichever process gets it.
    Column("send_id", String(64), nullable=False, unique=True),
    Column("session_id", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner", Text, nullable=False),
    Column("model_requested", Text),
    Column("folded", JSON),
    Index("ix_replies_running", "state"),
)
"""A reply has its message's id. `folded` is the fold of its tape, stored when the tape closes so that history
need not replay tapes; `owner` is the process that runs it."""

journal = Table(
    "journal",
    metadata,
    Column("reply_id", ForeignKey("replies.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("events", JSON, nullable=False),
)
"""The tapes, a few events per row: `seq` is the position of the row's first event."""

processes = Table(
    "processes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("heartbeat_at", UtcDateTime, nullable=False),
)
"""The processes that run replies, and the last heartbeat of each."""

ledger = Table(
    "ledger",
    metadata,
    Column("reply_id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False, server_default="local"),
    Column("session_id", String(32), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("model_requested", Text),
    Column("model_served", Text),
    Column("state", String(16), nullable=False),
    Column("finish_reason", Text),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("total_tokens", Integer),
    Column("cached_tokens", Integer),
    Column("reasoning_tokens", Integer),
    Column("source", String(16), nullable=False),
    Column("ttft_ms", Float),
    Column("total_ms", Float),
    Column("tokens_per_second", Float),
    Column("purpose", String(16), nullable=False, server_default="reply"),
    Column("error_category", String(32)),
    Column("retries", Integer, nullable=False, server_default="0"),
    Index("ix_ledger_session_id", "session_id"),
    Index("ix_ledger_conversation_id", "conversation_id"),
    Index("ix_ledger_created_at", "person_id", "created_at"),
)
"""Usage stays known after its conversation is deleted; a row holds none of its words."""

model_choices = Table(
    "model_choices",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column("base_url", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("is_favourite", Boolean, nullable=False, server_default="0"),
    Column("is_hidden", Boolean, nullable=False, server_default="0"),
    Column("is_default", Boolean, nullable=False, server_default="0"),
)
"""What each person chose for a server's models."""

capabilities = Table(
    "capabilities",
    metadata,
    Column("base_url", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("is_there", Boolean, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
)
"""What the doctor found that a model can or cannot do."""

rounds = Table(
    "rounds",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("comparison_id", ForeignKey("comparisons.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("models", JSON, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("is_blind", Boolean, nullable=False),
    Column("revealed_at", UtcDateTime),
    Index("ix_rounds_comparison_id", "comparison_id", "number", unique=True),
)
"""A round of votes on a comparison. `models` maps each cell's id to the model that was asked, in the shuffled
order of the page. A cell's model may change later: the votes were on this one."""

votes = Table(
    "votes",
    metadata,
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("voter", String(64), primary_key=True),
    Column("choice", String(32), nullable=False),
    Column("voted_at", UtcDateTime, nullable=False),
)
"""One vote per voter and round; `choice` is a cell's id, `tie` or `all_bad`."""

thumbs = Table(
    "thumbs",
    metadata,
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("voter", String(64), primary_key=True),
    Column("cell_id", String(32), primary_key=True),
    Column("is_up", Boolean, nullable=False),
)

rooms = Table(
    "rooms",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("comparison_id", ForeignKey("comparisons.id", ondelete="CASCADE"), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index("ix_rooms_comparison_id", "comparison_id"),
)
"""Comparisons open to an audience: whoever knows the token may follow and vote until the room closes."""

decks = Table(
    "decks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False, server_default="local"),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("content", JSON, nullable=False),
)
"""`content` holds the prompts in order; the bytes of their images are in files, like those of messages."""

deck_runs = Table(
    "deck_runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False, server_default="local"),
    Column("deck_id", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("content", JSON, nullable=False),
    Index("ix_deck_runs_deck_id", "deck_id", "created_at"),
)
"""`content` is the deck as of the run, and the columns that it runs over. Its rows are the `comparisons`
that name it; a run that no process runs and that lacks answers is paused."""

recordings = Table(
    "recordings",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("title", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("models", JSON, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    Column("document", LargeBinary, nullable=False),
    Index("ix_recordings_added_at", "person_id", "added_at"),
)
"""`document` is the recording's JSON, compressed. A deleted recording keeps only its id and dates, so that
one that comes with the app does not come back."""

shares = Table(
    "shares",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("person_id", String(32), nullable=False, server_default="local"),
    Column("source_id", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("views", Integer, nullable=False, server_default="0"),
    Column("report", LargeBinary, nullable=False),
    Index("ix_shares_source_id", "source_id", "created_at"),
)
"""Reports under a link: `report` is the HTML, masked when it was shared, compressed. `source_id` is the
comparison, the deck run or the recording that it shows."""

grants = Table(
    "grants",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source_id", String(32), nullable=False),
    Column("audience", String(32), nullable=False),
    Column("may_edit", Boolean, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("views", Integer, nullable=False, server_default="0"),
    Column("title", Text),
    Column("report", LargeBinary),
    Index("ix_grants_audience", "audience"),
    Index("ix_grants_source_id", "source_id"),
)
"""What `person_id` shows to `audience`: a person's id, or `everybody`. A deck, comparison or recording is
shown as it is; of a conversation, `title` and `report` are the copy that is shown, masked and compressed."""

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)
"""What admins set without a restart. A key in it is encrypted with the installation's secret."""

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime),
    Column("disabled_at", UtcDateTime),
    Index("ix_people_subject", "issuer", "subject", unique=True),
)
"""Who uses this installation. `local` has no row: where nobody signs in, there is nobody to know."""

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("address", Text, nullable=False),
    Column("browser", Text, nullable=False),
    Index("ix_sign_ins_person_id", "person_id"),
)
"""Browsers in which somebody is signed in. The token is in the browser's cookie only: who reads this table
can sign in nowhere."""

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("email", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
"""Links under which somebody chooses the password of an account, once: a new one, or one that was reset."""

limits = Table(
    "limits",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("scope_id", String(32), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""What everybody, each person of a role (`scope_id`), or one person (`scope_id`) may use at most."""

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_attempts_key", "key", "at"),
)
"""Failed attempts to sign in; `key` is the hash of an account's name or of an address."""

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("person_id", String(32), nullable=False),
    Column("address", Text, nullable=False),
    Column("request_id", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_at", "at"),
    Index("ix_audit_person_id", "person_id", "number"),
)
"""Who did what, numbered without a gap; rows are only ever added. `detail` is JSON, as it was hashed."""

audit_end = Table(
    "audit_end",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""The number and the hash of the last row of `audit`, in one row: those who write it take turns."""
