"""Limits, and what counts towards them: the ledger, and the replies that run."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Delete,
    Row,
    bindparam,
    cast,
    delete,
    func,
    select,
    union_all,
)

from lib.domain.people.audit import Action, Actor
from lib.domain.people.limits import (
    MINUTE,
    Limit,
    LimitKind,
    Scope,
    day,
    narrowest,
    too_many_messages,
    too_many_replies,
    too_many_tokens,
)
from lib.domain.reply.reply import State
from lib.store.database.database import Database
from lib.store.database.inserts import insert
from lib.store.database.schema import conversations, ledger, limits, messages, people, replies
from lib.store.database.schema.base import Count
from lib.store.people import permissions
from lib.store.people.audit import record

NOTHING: Mapping[str, datetime] = MappingProxyType({})


class Limits:
    """Reads and writes limits. Nothing is limited unless it is set here.

    A store in memory has none: what somebody used before is unknown there.
    """

    def __init__(self, database: Database, zone: tzinfo) -> None:
        """A day begins at midnight in `zone`."""
        self._database, self._zone = database, zone

    def all(self) -> list[Limit]:
        """All limits, those for everybody first."""
        with self._database.read() as connection:
            return all_limits(connection)

    def get(self, person_id: str) -> dict[LimitKind, int]:
        """The limits that count for somebody, by kind."""
        with self._database.read() as connection:
            return _of(connection, person_id)

    def set(self, limit: Limit, by: Actor) -> None:
        """Store a limit in place of the one of its scope and kind."""
        with self._database.write() as connection:
            set_limit(connection, limit, by)

    def remove(self, scope: Scope, scope_id: str, kind: LimitKind, by: Actor) -> None:
        """Remove a limit; do nothing if there is none."""
        with self._database.write() as connection:
            remove_limit(connection, scope, scope_id, kind, by)

    def check(
        self, person_id: str, now: datetime, sends: int = 1, here: Mapping[str, datetime] = NOTHING
    ) -> None:
        """Raise `LimitReached` if somebody may not send so many messages now.

        `here` is when the replies began that the process runs for them, by id: some may not be stored.
        Raises `NotPermittedError` if they may not sign in.
        """
        with self._database.read(is_snapshot=True) as connection:
            check(connection, person_id, now, self._zone, sends=sends, here=here)


def all_limits(connection: Connection) -> list[Limit]:
    """All limits, those for everybody first."""
    query = select(limits).order_by(limits.c.scope, limits.c.scope_id, limits.c.kind)
    return [_limit(row) for row in connection.execute(query)]


def set_limit(connection: Connection, limit: Limit, by: Actor) -> None:
    """Store a limit in place of the one of its scope and kind."""
    key = {"scope": limit.scope, "scope_id": limit.scope_id, "kind": limit.kind}
    new = insert(connection, limits).values(value=limit.value, **key)
    connection.execute(new.on_conflict_do_update(index_elements=[*key], set_={"value": limit.value}))
    detail = {"kind": limit.kind, "value": str(limit.value)}
    record(connection, by, Action.LIMIT_CHANGED, _about(limit.scope, limit.scope_id), detail)


def remove_limit(connection: Connection, scope: Scope, scope_id: str, kind: LimitKind, by: Actor) -> None:
    """Remove a limit; do nothing if there is none."""
    if connection.execute(_chosen(scope, scope_id, kind)).rowcount:
        detail = {"kind": kind, "value": "none"}
        record(connection, by, Action.LIMIT_CHANGED, _about(scope, scope_id), detail)


def check(
    connection: Connection,
    person_id: str,
    now: datetime,
    zone: tzinfo,
    *,
    sends: int = 1,
    but: str = "",
    here: Mapping[str, datetime] = NOTHING,
) -> None:
    """Raise `LimitReached` if somebody may not send so many messages now.

    `but` is the id of a reply that does not count; `here` is as for `Limits.check`. The tokens of a reply
    count once it has ended. Raises `NotPermittedError` if they may not sign in.
    """
    permissions.require_sign_in(connection, person_id)
    most = _of(connection, person_id)
    who = {"person": person_id, "but": but}
    if value := most.get(LimitKind.TOKENS_A_DAY):
        start, end = day(now, zone)
        if connection.execute(_TOKENS, {"person": person_id, "since": start}).scalar_one() >= value:
            raise too_many_tokens(value, end, zone)
    if value := most.get(LimitKind.MESSAGES_A_MINUTE):
        since = now - MINUTE
        sent: dict[str, datetime] = dict(
            connection.execute(_SENT, {**who, "since": since, "most": value}).all()
        )
        sent |= {reply_id: at for reply_id, at in here.items() if at > since}
        _check_minute(sorted(sent.values(), reverse=True), value, now, sends)
    if value := most.get(LimitKind.REPLIES_AT_ONCE):
        running = {row.id for row in connection.execute(_RUNNING, who)} | here.keys()
        if len(running) + sends > value:
            raise too_many_replies(value, sends)


def _check_minute(times: Sequence[datetime], value: int, now: datetime, sends: int) -> None:
    """Check the messages of the last minute, which were sent at these times, the last one first."""
    if len(times) + sends > value:
        left = max(0, value - sends)  # so many of them leave room for `sends` more
        raise too_many_messages(value, times[left] + MINUTE - now if left < len(times) else MINUTE, sends)


def _of(connection: Connection, person_id: str) -> dict[LimitKind, int]:
    return narrowest(map(_limit, connection.execute(_SET, {"person": person_id})))


def _limit(row: Row[Any]) -> Limit:
    return Limit(Scope(row.scope), row.scope_id, LimitKind(row.kind), row.value)


def _chosen(scope: Scope, scope_id: str, kind: LimitKind) -> Delete:
    is_it = (limits.c.scope == scope) & (limits.c.scope_id == scope_id) & (limits.c.kind == kind)
    return delete(limits).where(is_it)


def _about(scope: Scope, scope_id: str) -> str:
    return f"{scope} {scope_id}".strip()


# Built once: each send asks the first of these, and the others only where a limit is set.
_PERSON: BindParameter[str] = bindparam("person")
_ROLE = select(people.c.role).where(people.c.id == _PERSON).scalar_subquery()
_SET = select(limits).where(
    (limits.c.scope == Scope.EVERYBODY)
    | ((limits.c.scope == Scope.ROLE) & (limits.c.scope_id == _ROLE))
    | ((limits.c.scope == Scope.PERSON) & (limits.c.scope_id == _PERSON))
)
_RUNNING = (
    select(replies.c.id, messages.c.created_at)
    .select_from(replies)
    .join(messages, messages.c.id == replies.c.id)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(replies.c.state == State.RUNNING, conversations.c.person_id == _PERSON)
    .where(replies.c.id != bindparam("but"))
)
_BOTH = union_all(
    _RUNNING.where(messages.c.created_at > bindparam("since")),
    select(ledger.c.reply_id, ledger.c.created_at).where(
        ledger.c.person_id == _PERSON,
        ledger.c.created_at > bindparam("since"),
        ledger.c.purpose.in_(("reply", "temporary")),
    ),
).subquery()
_SENT = select(_BOTH).order_by(_BOTH.c.created_at.desc()).limit(bindparam("most"))
_EACH = func.coalesce(
    ledger.c.total_tokens,
    func.coalesce(ledger.c.prompt_tokens, 0) + func.coalesce(ledger.c.completion_tokens, 0),
)
# PostgreSQL's sum of such numbers is a decimal.
_TOKENS = select(cast(func.coalesce(func.sum(_EACH), 0), Count)).where(
    ledger.c.person_id == _PERSON, ledger.c.created_at >= bindparam("since")
)
