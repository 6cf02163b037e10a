"""Recordings, stored whole, in the format of their export files."""

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, select, update

from lib.domain.comparison import recordings as documents
from lib.domain.comparison.recordings import Recording, RecordingKind
from lib.domain.conversation.exports import Load
from lib.domain.people.audit import Action, Actor
from lib.store.database.database import Database
from lib.store.database.inserts import insert_new
from lib.store.database.schema import recordings
from lib.store.people.audit import record
from lib.store.sharing.shares import forget

_LISTED = recordings.c["id", "title", "kind", "models", "recorded_at"]


@dataclass(frozen=True, slots=True)
class RecordingSummary:
    """A recording as a list shows it."""

    id: str
    title: str
    kind: RecordingKind
    models: Sequence[str]
    recorded_at: datetime


class Recordings:
    """Writes and reads a person's recordings."""

    def __init__(self, database: Database, person_id: str, actor: Actor) -> None:
        self._database, self._person_id, self._actor = database, person_id, actor
        self._is_own = recordings.c.person_id == person_id

    def add(
        self,
        recording: Recording,
        load: Load = lambda attachment: attachment.data,
        *,
        added_at: datetime | None = None,
        is_imported: bool = False,
    ) -> bool:
        """Store a recording; `load` returns the bytes of its images. Return whether it was new."""
        row = {
            "id": recording.id,
            "person_id": self._person_id,
            "title": recording.title,
            "kind": recording.kind,
            "models": documents.models(recording),
            "recorded_at": recording.recorded_at,
            "added_at": added_at or datetime.now(UTC),
            "deleted_at": None,
            "document": _packed(recording, load),
        }
        chosen = self._is_own & (recordings.c.id == recording.id)
        with self._database.write() as connection:
            connection.execute(delete(recordings).where(chosen, recordings.c.deleted_at.is_not(None)))
            if not insert_new(connection, recordings, row):
                return False
            if is_imported:
                record(connection, self._actor, Action.IMPORTED, f"recording {recording.id}")
        return True

    def latest(self, limit: int, kind: RecordingKind | None = None) -> list[RecordingSummary]:
        """The recordings, or those of one kind, last added first."""
        query = select(*_LISTED).where(self._is_own, recordings.c.deleted_at.is_(None))
        if kind:
            query = query.where(recordings.c.kind == kind)
        query = query.order_by(recordings.c.added_at.desc(), recordings.c.id).limit(limit)
        with self._database.read() as connection:
            return [_summary(row) for row in connection.execute(query)]

    def get(self, recording_id: str) -> Recording | None:
        """The whole recording with the bytes of its images; `None` if it is not stored.

        Raises `lib.domain.text.validation.FormatError` if this version cannot read it.
        """
        query = select(recordings.c.title, recordings.c.document)
        query = query.where(self._is_there(recording_id))
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return recording_of(row) if row else None

    def title(self, recording_id: str) -> str | None:
        """The recording's title; `None` if it is not stored."""
        query = select(recordings.c.title)
        query = query.where(self._is_there(recording_id))
        with self._database.read() as connection:
            title: str | None = connection.execute(query).scalar()
            return title

    def unknown(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that were never stored."""
        with self._database.read() as connection:
            known = select(recordings.c.id).where(self._is_own, recordings.c.id.in_(ids))
            return set(ids).difference(connection.execute(known).scalars())

    def rename(self, recording_id: str, title: str) -> None:
        with self._database.write() as connection:
            connection.execute(update(recordings).where(self._is_there(recording_id)).values(title=title))

    def delete(self, recording_id: str) -> None:
        """Delete a recording permanently: none of its words stay."""
        gone = {"title": "", "models": [], "document": b"", "deleted_at": datetime.now(UTC)}
        with self._database.write() as connection:
            done = connection.execute(update(recordings).where(self._is_there(recording_id)).values(gone))
            forget(connection, self._person_id, [recording_id])
            if done.rowcount:
                record(connection, self._actor, Action.DELETED, f"recording {recording_id}")

    def _is_there(self, recording_id: str) -> ColumnElement[bool]:
        return and_(self._is_own, recordings.c.id == recording_id, recordings.c.deleted_at.is_(None))


def recording_of(row: Row[*tuple[Any, ...]]) -> Recording:
    """A row of the table as a recording. Raises `lib.domain.text.validation.FormatError`."""
    return replace(documents.from_json(json.loads(zlib.decompress(row.document))), title=row.title)


def _packed(recording: Recording, load: Load) -> bytes:
    text = json.dumps(documents.to_json(recording, load), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate becomes `\ud83d`, an escape that JSON knows.
    return zlib.compress(text.encode("utf-8", "backslashreplace"))


def _summary(row: Row[tuple[str, str, str, list[str], datetime]]) -> RecordingSummary:
    return RecordingSummary(row.id, row.title, RecordingKind(row.kind), row.models, row.recorded_at)
