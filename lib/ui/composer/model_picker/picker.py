"""The model picker: of a message box, of a cell, of a comparison that is being set up."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lib.domain.comparison.comparisons import MOST_CELLS
from lib.domain.conversation.conversations import Conversation
from lib.domain.models.models import Preference
from lib.i18n import locale
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.ui.composer.model_picker import models
from lib.ui.kit import errors
from lib.ui.server.components import component
from lib.ui.state import choices, person, session, widgets
from lib.ui.state.person import library
from lib.ui.state.session import Session

CHOSEN = ".chosen"
"""Appended to a picker's key: what was chosen in it last."""
LIST = "model_list"
"""Key of the element that brings the models to the page, once for all its pickers."""
HERE = Path(__file__).parent
_HTML = """
<button class="pill" type="button" aria-haspopup="listbox"><span></span></button>
<div class="panel" popover>
  <input type="text" role="combobox" aria-expanded="true" aria-controls="options" aria-autocomplete="list"
    autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="done">
  <div class="options"></div>
  <div class="owner" id="options" role="listbox"></div>
  <div class="foot" hidden><span aria-live="polite"></span><button class="done" type="button"></button></div>
</div>
"""
_picker = component(
    "model_picker",
    HERE / "search.js",
    HERE / "picker.js",
    html=_HTML,
    css=(HERE / "picker.css").read_text("utf-8"),
)


def show_list(tab: Session) -> None:
    """Bring the models to the page for its pickers; it belongs in a container with the key `hidden`."""
    data = {**models.listed(tab), "language": locale.current().tag, "words": _words()}
    _picker(data=data, key=LIST)


def show(conversation: Conversation, tab: Session, prefix: str = "", *, only_text: bool = False) -> None:
    """Draw the picker of a conversation; one without a model that may be used gets the first one listed.

    `only_text` leaves out models that draw: they cannot be compared.
    """
    offered = tab.models_for_cells if only_text else tab.models
    known = conversation.model if conversation.model and person.may_use(conversation.model) else None
    conversation.model = known or next(iter(offered), None)
    _show(prefix + choices.MODEL, conversation.model, only_text=only_text)


def show_one(key: str, chosen: str | None, *, only_text: bool = False, disabled: bool = False) -> str | None:
    """Draw a picker of no conversation; return what was chosen in it last, before that `chosen`."""
    if picked := choices.picked(key):
        widgets.put(key + CHOSEN, picked[0])
    model = widgets.text(key + CHOSEN) or chosen
    _show(key, model, only_text=only_text, disabled=disabled)
    return model


def show_several(key: str, chosen: Sequence[str]) -> None:
    """Draw a picker for the models of a comparison; `choices.picked` returns what is chosen."""
    label = ngettext("{} model", "{} models", len(chosen)).format(len(chosen))
    label = label if chosen else _("Choose models")
    data = {"chosen": list(chosen), "label": label, "name": label, "most": MOST_CELLS, "only_text": True}
    _mount(data, key)


def _show(key: str, chosen: str | None, *, only_text: bool, disabled: bool = False) -> None:
    label = chosen or _("Choose a model")
    data = {"chosen": [chosen] if chosen else [], "label": label, "name": _("Model: {}").format(label)}
    _mount({**data, "most": 1, "only_text": only_text, "disabled": disabled}, key)


def _mount(data: dict[str, Any], key: str) -> None:
    """Draw a picker. `label` is what its button shows, `name` what a screen reader says of it."""
    _picker(
        data=data,
        key=key,
        width="content",
        on_pick_change=_nothing,  # a choice is collected with the widgets' values
        on_star_change=partial(_star, key),
    )


def _nothing() -> None:
    """Streamlit keeps only those values of a component that have a callback."""


@errors.stored
def _star(key: str) -> None:
    """Make a model a favourite, or no longer; what arrives twice changes nothing."""
    state, base_url = widgets.value(key), session.held().connection.base_url
    said = state.get("star") if state else None
    star = said if isinstance(said, dict) else {}
    model = star.get("model")
    if not isinstance(model, str) or not 0 < len(model) <= choices.LONGEST_MODEL_NAME:
        return
    own = library().models
    known = own.preferences(base_url).get(model, Preference())
    own.choose(base_url, model, replace(known, is_favourite=star.get("isFavourite") is True))


def _words() -> dict[str, str]:
    """Return the texts of the picker, with "{}" for what its JavaScript puts in."""
    return {
        "button": _("Model: {}"),
        "search": _("Search models"),
        "favourites": _("Favourites"),
        "recent": _("Used lately"),
        "all": _("All models"),
        "as_it_is": _("Use “{}” as it is"),
        "nothing": _("No model is listed. Type a name."),
        "price": _("{} / {} per million tokens"),
        "call": _("{} a call"),
        "context": _("{} context"),
        "speed": _("{} tokens/s here"),
        "sees": _("Sees images"),
        "reasons": _("Reasons"),
        "draws": _("Draws images"),
        "star": _("Favourite: {}"),
        "several": _("{} models"),
        "most": _("No more than {} models"),
        "done": _("Done"),
    }
