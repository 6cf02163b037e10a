"""The tables of chats, their replies and the processes that run them."""

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from lib.store.database.schema.base import Count, UtcDateTime, metadata

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
    Column("size", Count, nullable=False),
    Column("width", Count),
    Column("height", Count),
    Column("pages", Count),
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
    Column("is_stop_wanted", Boolean, nullable=False, server_default="0"),
    Column("running_in", String(32)),
    Index("ix_replies_running", "state"),
    Index(
        "ix_replies_running_in",
        "running_in",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)
"""A reply has its message's id. `folded` is the fold of its tape, stored when the tape closes so that history
need not replay tapes; `owner` is the process that runs it, which looks whether another wants it to stop.

`running_in` is its conversation, in which no other question may be answered meanwhile. It is NULL for another
version of an answer, and for a reply that was under way before it could be stored: they come beside it."""

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
    Column("steady_since", UtcDateTime),
)
"""The processes that run replies: the last heartbeat of each, by the database's clock, and since when it has
beaten without a gap."""

series = Table(
    "series",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("owner", Text, nullable=False),
    Column("session_id", String(32), nullable=False),
    Column("has_own_key", Boolean, nullable=False),
    Column("content", JSON, nullable=False),
    Column("wish", String(16), nullable=False),
    Column("latest", String(32)),
)
"""Deck runs and repeats in progress, by the id of the run or of the conversation. `owner` is the process that
runs it; `wish` is what its person wants of it; `content` is what it takes to go on in another process."""

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
    Column("prompt_tokens", Count),
    Column("completion_tokens", Count),
    Column("total_tokens", Count),
    Column("cached_tokens", Count),
    Column("reasoning_tokens", Count),
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
