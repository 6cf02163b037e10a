"""Callbacks of the models page and of the doctor's page."""

from dataclasses import replace

from lib import app
from lib.domain.models.models import Preference
from lib.ui.kit import errors
from lib.ui.state import widgets
from lib.ui.state.pages import DOCTOR_PAGE
from lib.ui.state.person import library, person_id
from lib.ui.state.session import held, new_conversation

EXAMINED = "examined"
"""Key of the model that the doctor's page opens with."""


def use(model: str) -> None:
    """Start a chat with this model."""
    session = held()
    session.open(replace(new_conversation(like=session.conversation), model=model))


@errors.stored
def choose(model: str, choice: Preference) -> None:
    """Store a preference about a model. A chat without messages takes the new default."""
    session = held()
    known = library().models
    base_url = session.connection.base_url
    is_new_default = choice.is_default and not known.preferences(base_url).get(model, Preference()).is_default
    known.choose(base_url, model, choice)
    if is_new_default and not session.conversation.messages:
        session.conversation.model = model


def open_doctor(model: str) -> None:
    """Open the doctor's page for this model."""
    widgets.put(EXAMINED, model)
    held().next_page = DOCTOR_PAGE


def examine(model: str | None) -> None:
    """Start an examination."""
    app.get().engine.doctor.examine(person_id(), held().connection, model)


def stop_examination() -> None:
    """Stop the examination."""
    doctor = app.get().engine.doctor
    if examination := doctor.last(person_id(), held().connection):
        doctor.stop(examination)
