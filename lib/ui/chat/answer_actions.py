"""The actions on an answer of the open chat: one list, drawn as icons or as a menu."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from lib.ui.chat import callbacks
from lib.ui.kit import buttons
from lib.ui.reply import answer
from lib.ui.reply.answer import Turn
from lib.ui.share import recording_callbacks
from lib.ui.state import widgets
from lib.ui.state.session import Session


@dataclass(frozen=True, slots=True)
class Action:
    """One action on an answer."""

    label: str
    icon: str
    run: Callable[[], None]
    key: str
    """Makes its button distinct from others with the same icon."""
    tooltip: str = ""
    """The icon's tooltip; if it is empty, the label is shown."""


def of(session: Session, turn: Turn) -> list[Action]:
    """Return the actions on this answer, in display order."""
    first, question_id = turn[0].id, turn[0].parent_id or ""
    actions = (
        [Action("Copy", "content_copy", partial(callbacks.copy, first), first)] if answer.text(turn) else []
    )
    actions.append(Action("Regenerate", "refresh", partial(callbacks.regenerate, first), first))
    if question_id in session.conversation.messages:
        edit = partial(callbacks.edit, question_id)
        actions.append(Action("Edit", "edit", edit, question_id, "Edit the question"))
    actions.append(Action(callbacks.INSPECT, "frame_inspect", partial(callbacks.inspect, first), first))
    if not session.conversation.is_temporary:
        keep = partial(recording_callbacks.keep_reply, first)
        actions.append(Action(recording_callbacks.KEEP, "radio_button_checked", keep, first))
    return actions


def show_icons(actions: Sequence[Action]) -> None:
    for action in actions:
        buttons.show_icon(action.icon, action.tooltip or action.label, action.run, key=action.key)


def show_menu(actions: Sequence[Action], key: str) -> None:
    """Draw the actions as a menu behind three dots."""
    runs = {action.label: action.run for action in actions}
    buttons.menu(list(runs), key, _run_chosen, key, runs)


def _run_chosen(key: str, runs: Mapping[str, Callable[[], None]]) -> None:
    if run := runs.get(widgets.text(key)):
        run()
