"""The actions on an answer of the open chat: icons under the last one, a menu under each."""

from collections.abc import Sequence
from enum import StrEnum

from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.chat import callbacks
from lib.ui.kit import buttons
from lib.ui.reply import answer
from lib.ui.reply.answer import Turn
from lib.ui.share import recording_callbacks
from lib.ui.state import widgets
from lib.ui.state.session import Session


class Action(StrEnum):
    """An action on an answer."""

    COPY = "copy"
    REGENERATE = "regenerate"
    EDIT = "edit"
    INSPECT = "inspect"
    KEEP = "keep"


LABELS = {
    Action.COPY: mark("Copy"),
    Action.REGENERATE: mark("Regenerate"),
    Action.EDIT: mark("Edit the question"),
    Action.INSPECT: mark("Inspect"),
    Action.KEEP: mark("Keep as recording"),
}


def show(session: Session, turn: Turn) -> None:
    """Draw the actions on the last answer: those that matter most as icons, the others in a menu."""
    first = turn[0].id
    if answer.text(turn):
        buttons.show_icon("content_copy", _(LABELS[Action.COPY]), callbacks.copy, first)
    buttons.show_icon("refresh", _(LABELS[Action.REGENERATE]), callbacks.regenerate, first)
    _show_menu(_more(session), turn)


def show_menu(session: Session, turn: Turn) -> None:
    """Draw all actions on an earlier answer, and that on its question, as one menu."""
    copy = [Action.COPY] if answer.text(turn) else []
    _show_menu([*copy, Action.REGENERATE, Action.EDIT, *_more(session)], turn)


def _more(session: Session) -> list[Action]:
    return [Action.INSPECT] if session.conversation.is_temporary else [Action.INSPECT, Action.KEEP]


def _show_menu(actions: Sequence[Action], turn: Turn) -> None:
    key = f"turn-{turn[0].id}"
    buttons.menu(actions, key, _run_chosen, key, turn[0].id, turn[0].parent_id or "", named=_label)


def _label(action: str) -> str:
    return _(LABELS[Action(action)])


def _run_chosen(key: str, answer_id: str, question_id: str) -> None:
    match widgets.text(key):
        case Action.COPY:
            callbacks.copy(answer_id)
        case Action.REGENERATE:
            callbacks.regenerate(answer_id)
        case Action.EDIT:
            callbacks.edit(question_id)
        case Action.INSPECT:
            callbacks.inspect(answer_id)
        case Action.KEEP:
            recording_callbacks.keep_reply(answer_id)
