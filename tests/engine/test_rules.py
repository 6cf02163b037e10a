"""A model that is not for somebody's role is refused where the send happens, whatever a page shows."""

from datetime import UTC, datetime

import pytest

from lib.domain.models.connection import Connection
from lib.domain.models.diagnosis import Verdict
from lib.domain.models.rules import ModelRule
from lib.domain.people.audit import COMMAND_LINE, Actor
from lib.domain.people.limits import Limit, LimitKind, Scope
from lib.domain.people.people import LOCAL, Person, Role
from lib.domain.reply.errors import ChatError
from lib.engine.engine import Engine
from lib.engine.sending import Accepted, SendRefused, new_id
from lib.store import Store
from tests.engine.conftest import QUICK, draft
from tests.patience import PATIENCE
from tests.scripted_gateway import ScriptedGateway
from tests.scripted_gateway.models import able

MEMBER = "c" * 32


@pytest.fixture(autouse=True)
def _rules(store: Store) -> None:
    store.people.add(Person(MEMBER, "password", "c", "", "c", Role.MEMBER, datetime.now(UTC)))
    store.administration(Actor(LOCAL)).settings.set_rule("model-a", ModelRule(frozenset({Role.ADMIN})))


def say(engine: Engine, person_id: str, connection: Connection, model: str) -> Accepted | None:
    conversation = draft()
    conversation.model = model
    return engine.say(
        person_id,
        conversation,
        QUICK,
        parent_id=None,
        connection=connection,
        send_id=new_id(),
        session_id=new_id(),
    )


def test_a_send_to_a_model_of_others_is_refused(
    engine: Engine, connection: Connection, gateway: ScriptedGateway
) -> None:
    with pytest.raises(SendRefused, match="not available to you"):
        say(engine, MEMBER, connection, "model-a")
    assert gateway.requests == []
    for who, model in ((MEMBER, "model-b"), (LOCAL, "model-a")):
        accepted = say(engine, who, connection, model)
        assert accepted
        assert accepted.tape.wait_closed(PATIENCE)


def test_neither_the_doctor_nor_speech_reaches_it(
    engine: Engine, connection: Connection, gateway: ScriptedGateway
) -> None:
    refused = engine.doctor.examine(MEMBER, connection, "model-a")
    assert refused.is_closed
    assert refused.problem
    assert "not available to you" in str(refused.problem)
    with pytest.raises(ChatError, match="not available to you"):
        engine.transcribe(
            MEMBER, connection, b"RIFF", model="model-a", session_id=new_id(), conversation_id=new_id()
        )
    assert gateway.requests == []


def test_the_doctor_chooses_among_the_models_of_the_person(
    engine: Engine, connection: Connection, gateway: ScriptedGateway
) -> None:
    gateway.answer_chats(able())
    examination = engine.doctor.examine(MEMBER, connection)
    assert examination.wait_closed(3 * PATIENCE)
    assert examination.model == "model-b"
    assert {request.body["model"] for request in gateway.requests if request.body} == {"model-b"}


def test_the_doctor_asks_no_model_where_all_are_for_others(
    engine: Engine, store: Store, connection: Connection, gateway: ScriptedGateway
) -> None:
    gateway.models = ["model-a", "model-b"]
    for model in ("model-a", "model-b"):
        store.administration(Actor(LOCAL)).settings.set_rule(model, ModelRule(frozenset({Role.ADMIN})))
    examination = engine.doctor.examine(MEMBER, connection)
    assert examination.wait_closed(3 * PATIENCE)
    [models] = [each for each in examination.findings if each.name == "models"]
    assert models.verdict is Verdict.FAIL
    assert str(models.meaning) == "None of the server's models is available to you."
    assert not any(request.body for request in gateway.requests)


def test_neither_the_doctor_nor_speech_goes_beyond_a_limit(
    engine: Engine, store: Store, connection: Connection, gateway: ScriptedGateway
) -> None:
    accepted = say(engine, LOCAL, connection, "model-b")
    assert accepted
    assert accepted.tape.wait_closed(PATIENCE)
    store.limits.set(Limit(Scope.EVERYBODY, "", LimitKind.TOKENS_A_DAY, 1), COMMAND_LINE)
    assert engine.flush(PATIENCE)
    gateway.requests.clear()
    refused = engine.doctor.examine(LOCAL, connection)
    assert refused.is_closed
    assert "You have used your 1 token for today." in str(refused.problem)
    with pytest.raises(ChatError, match="You have used your 1 token for today"):
        engine.transcribe(LOCAL, connection, b"RIFF", model="a", session_id="s", conversation_id="c")
    assert gateway.requests == []
