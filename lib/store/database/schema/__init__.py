"""The tables. `migrations/` brings an older file to this shape; a test compares the two."""

from lib.store.database.schema.base import MIGRATIONS, NEWEST, UtcDateTime, metadata
from lib.store.database.schema.comparisons import (
    comparisons,
    deck_runs,
    decks,
    recordings,
    rooms,
    rounds,
    thumbs,
    votes,
)
from lib.store.database.schema.conversations import (
    attachments,
    conversations,
    journal,
    ledger,
    messages,
    processes,
    replies,
)
from lib.store.database.schema.installation import capabilities, files, model_choices, settings
from lib.store.database.schema.people import (
    attempts,
    audit,
    audit_end,
    invitations,
    limits,
    people,
    person_settings,
    sign_ins,
)
from lib.store.database.schema.sharing import grants, shares

__all__ = [
    "MIGRATIONS",
    "NEWEST",
    "UtcDateTime",
    "attachments",
    "attempts",
    "audit",
    "audit_end",
    "capabilities",
    "comparisons",
    "conversations",
    "deck_runs",
    "decks",
    "files",
    "grants",
    "invitations",
    "journal",
    "ledger",
    "limits",
    "messages",
    "metadata",
    "model_choices",
    "people",
    "person_settings",
    "processes",
    "recordings",
    "replies",
    "rooms",
    "rounds",
    "settings",
    "shares",
    "sign_ins",
    "thumbs",
    "votes",
]
