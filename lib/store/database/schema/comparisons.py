"""The tables of comparisons, decks and recordings, and of votes on them."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from lib.store.database.schema.base import UtcDateTime, metadata

comparisons = Table(
    "comparisons",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False, server_default="local"),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("deck_run_id", String(32)),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("deleted_at", UtcDateTime),
    Index("ix_comparisons_created_at", "person_id", "created_at"),
    Index("ix_comparisons_deck_run_id", "deck_run_id", "position"),
)
"""A comparison with a `deck_run_id` is the row of that run at `position`: one prompt of the deck. One with
`deleted_at` can be restored until it is purged."""

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
    Index(
        "ix_rounds_open",
        "comparison_id",
        unique=True,
        sqlite_where=text("revealed_at IS NULL"),
        postgresql_where=text("revealed_at IS NULL"),
    ),
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

followers = Table(
    "followers",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("process_id", ForeignKey("processes.id", ondelete="CASCADE"), primary_key=True),
    Column("devices", Integer, nullable=False),
)
"""How many devices follow a room on each process; a dead process's row goes with it."""

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
    Column("deleted_at", UtcDateTime),
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
