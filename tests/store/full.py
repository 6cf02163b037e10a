"""A store with a row in every table, and all its rows."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import create_engine, func, select

from lib.domain.conversation.attachments import Attachment
from lib.domain.models.capabilities import Capability
from lib.domain.people.audit import COMMAND_LINE, Actor
from lib.domain.people.limits import Limit, LimitKind, Scope
from lib.domain.people.people import LOCAL, Role
from lib.engine.sending import new_id
from lib.files.folder import Files
from lib.store import Store
from lib.store.database.schema import metadata
from lib.store.replies import Begun
from lib.store.settings import Gateway
from tests.files.samples import image, uploaded
from tests.store.conftest import OWNER, begin, draft, question_and_answer
from tests.store.test_owners import NOW, ONE, URL, something_of_everything

WITH_FILES = {"files"}
"""The tables that stay empty with SQLite: there the images are in a folder."""


def fill(store: Store, files: Files) -> Attachment:
    """Put at least one row into every table; return an image that a message holds."""
    ids = something_of_everything(store)
    store.of(ONE).votes.thumb(ids.round, "voter", ids.cell, True)
    store.sign_ins.begin(Actor(ONE), NOW, browser="A browser")
    store.invitations.add("one@example.com", Role.MEMBER, NOW, COMMAND_LINE)
    store.limits.set(Limit(Scope.EVERYBODY, "", LimitKind.TOKENS_A_DAY, 5), COMMAND_LINE)
    for name in ("one", "other"):
        store.attempts.take({name: 9}, NOW)
    store.capabilities.learn(URL, "model-a", {Capability.VISION: True}, NOW)
    store.administration(Actor()).settings.set_gateway(Gateway(URL, ""))
    store.processes.beat("0f")
    store.open_rooms.count(ids.room, "0f", 20)
    begin(store, draft("Runs, and has no fold"))
    begin(store, draft("引号 \" ' \\ \n%s {x} 🦊"))
    return illustrated(store, files)


def illustrated(store: Store, files: Files, colour: tuple[int, int, int] = (200, 40, 40)) -> Attachment:
    """Store a message with an image; return the image."""
    kept, chat = files.keep(uploaded("a.png", image(colour=colour))), draft("An image")
    question, answer = question_and_answer(chat, "What is this?")
    added = [replace(question, attachments=(kept,)), answer]
    store.replies.begin(chat, added, Begun(answer.id, LOCAL, new_id(), "s1", OWNER))
    return kept


def rows(address: Path | str) -> dict[str, list[str]]:
    """All rows of all tables, in one order."""
    engine = create_engine(address if isinstance(address, str) else f"sqlite:///{address}")
    try:
        with engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table))))
                for table in metadata.sorted_tables
            }
    finally:
        engine.dispose()


def without_fold(address: Path | str) -> tuple[int, int]:
    """How many replies have no fold: none at all, and a JSON `null`."""
    engine = create_engine(address if isinstance(address, str) else f"sqlite:///{address}")
    folded = metadata.tables["replies"].c.folded
    try:
        with engine.connect() as connection:
            counted = select(func.count()).where
            none = connection.execute(counted(folded.is_(None))).scalar_one()
            return none, sum(1 for (each,) in connection.execute(select(folded)) if each is None) - none
    finally:
        engine.dispose()
