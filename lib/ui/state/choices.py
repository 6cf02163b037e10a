"""Model, system prompt and parameters: the widgets that hold them, and the conversation that keeps them.

The widgets do not rerun the page (`on_change="ignore"`): their values arrive and are collected with the next
click. Widgets that are not drawn (a closed popover) have no value and change nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from lib.domain.comparison.comparisons import MOST_CELLS
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Params
from lib.domain.models.capabilities import LABELS, Capability
from lib.domain.text.markdown.literal import literal, md
from lib.i18n.translation import gettext as _
from lib.i18n.translation import listed, mark
from lib.ui.state import person

MODEL, SYSTEM_PROMPT, PARAMS = "model", "system_prompt", "params."
"""Keys of the widgets. On a page with several conversations each has a `prefix`, prepended to its keys."""
TAKEN = ".taken"
"""Appended to a picker's key: the id of its last choice that was taken over."""
LONGEST_MODEL_NAME = 200
DEFAULT = ""
"""The option for a parameter that is not sent, so that the server decides."""
MOST_IMAGES = 4


def collect(conversation: Conversation, prefix: str = "") -> None:
    """Copy the widgets' values into the conversation."""
    held = st.session_state
    if models := picked(prefix + MODEL):
        conversation.model = models[0]
    if (system_prompt := held.get(prefix + SYSTEM_PROMPT)) is not None:
        conversation.system_prompt = system_prompt.strip()
    values = {name: held[prefix + PARAMS + name] for name in _TAKE if prefix + PARAMS + name in held}
    taken: dict[str, Any] = {name: _TAKE[name](value) for name, value in values.items()}
    conversation.params = replace(conversation.params, **taken)


def forget(prefix: str = "") -> None:
    """Make the widgets show the conversation's own values, which have been changed or are another's."""
    # Removed, not set: a widget without a value is drawn with the conversation's own.
    for key in [str(key) for key in st.session_state]:
        if key == prefix + SYSTEM_PROMPT or key.startswith(prefix + PARAMS):
            st.session_state.pop(key)


def picked(key: str) -> list[str]:
    """Return the models that were chosen in the picker with this key since this was last asked.

    The browser repeats a choice with each click, until it makes another one: each counts once, so that it
    does not undo what has been chosen elsewhere in the meantime. Not in a callback: the next click may end a
    run in its callback, and calls none itself.
    """
    state = st.session_state.get(key)
    pick = state.get("pick") if isinstance(state, Mapping) else None
    if not isinstance(pick, Mapping) or pick.get("id") == st.session_state.get(key + TAKEN):
        return []
    models = pick.get("models")
    st.session_state[key + TAKEN] = pick.get("id")
    names = [name for name in models if isinstance(name, str)] if isinstance(models, list) else []
    cut = [name.strip()[:LONGEST_MODEL_NAME] for name in names[:MOST_CELLS]]
    return [name for name in cut if name and person.may_use(name)]


def _same(value: Any) -> Any:
    return value


def _words(text: str | None) -> tuple[str, ...] | None:
    """Return stop sequences, one per line; at most four, as the API allows."""
    return tuple(line for line in (text or "").splitlines() if line)[:4] or None


def _option(code: str) -> str | None:
    return code or None


_TAKE = {
    "temperature": _same,
    "max_tokens": _same,
    "top_p": _same,
    "seed": _same,
    "stop": _words,
    "presence_penalty": _same,
    "frequency_penalty": _same,
    "reasoning_effort": _option,
    "image_size": _option,
    "image_count": _same,
    "stream": bool,
}


def show(
    conversation: Conversation,
    prefix: str = "",
    *,
    is_image_model: bool = False,
    missing: frozenset[Capability] = frozenset(),
) -> None:
    """Draw the system prompt and the parameters, or those of an image model.

    What the doctor found the model to lack is offered only if it is set, so that it can be unset.
    """
    if is_image_model:
        _show_drawing(conversation.params, prefix + PARAMS)
    else:
        _show_writing(conversation, prefix, missing)


def _show_drawing(params: Params, prefix: str) -> None:
    _select(_("Size"), prefix + "image_size", SIZES, params.image_size)
    _number(_("Images"), prefix + "image_count", params.image_count, 1, MOST_IMAGES, 1)


def _show_writing(conversation: Conversation, prefix: str, missing: frozenset[Capability]) -> None:
    params = conversation.params
    left_out = _left_out(params, missing)
    st.text_area(
        _("System prompt"),
        conversation.system_prompt,
        key=prefix + SYSTEM_PROMPT,
        height=68,
        placeholder=_("How the model should answer in this chat"),
        on_change="ignore",
    )
    left, right = st.columns(2)
    prefix += PARAMS
    with left:
        _number(_("Temperature"), prefix + "temperature", params.temperature, 0.0, 2.0, 0.1)
        if Capability.MAX_TOKENS not in left_out:
            _number(_("Max tokens"), prefix + "max_tokens", params.max_tokens, 1, 1_000_000, 64)
        _number(_("Presence penalty"), prefix + "presence_penalty", params.presence_penalty, *_PENALTY)
        if Capability.REASONING not in left_out:
            _select(_("Reasoning effort"), prefix + "reasoning_effort", EFFORTS, params.reasoning_effort)
    with right:
        _number(_("Top p"), prefix + "top_p", params.top_p, 0.0, 1.0, 0.05)
        _number(_("Seed"), prefix + "seed", params.seed, 0, 2**31 - 1, 1)
        _number(
            _("Frequency penalty"), prefix + "frequency_penalty", params.frequency_penalty, -2.0, 2.0, 0.1
        )
    if Capability.STOP not in left_out:
        st.text_area(
            _("Stop sequences"),
            "\n".join(params.stop or ()),
            key=prefix + "stop",
            height=68,
            placeholder=_("One a line, four at most"),
            on_change="ignore",
        )
    st.toggle(_("Stream the reply"), params.stream, key=prefix + "stream", on_change="ignore")
    _show_missing(missing)


_PENALTY = (-2.0, 2.0, 0.1)
"""The least and the greatest penalty, and the step between two."""
_PARAMETERS = {
    Capability.MAX_TOKENS: "max_tokens",
    Capability.REASONING: "reasoning_effort",
    Capability.STOP: "stop",
}


def _left_out(params: Params, missing: frozenset[Capability]) -> set[Capability]:
    return {name for name in missing & _PARAMETERS.keys() if getattr(params, _PARAMETERS[name]) is None}


def _show_missing(missing: frozenset[Capability]) -> None:
    """Draw what the model does not accept, including settings that are drawn."""
    told = [_(LABELS[name]) for name in LABELS if name in missing and name in _TOLD]
    if told:
        st.caption(md(_("The connection check found that this model does not accept: {}."), listed(told)))


_TOLD = set(LABELS) - {Capability.STREAM_USAGE}


EFFORTS = {
    DEFAULT: mark("Default"),
    "minimal": mark("Minimal"),
    "low": mark("Low"),
    "medium": mark("Medium"),
    "high": mark("High"),
}
SIZES = {
    DEFAULT: mark("Default"),
    **{f"{w}x{h}": f"{w} × {h}" for w, h in ((1024, 1024), (1536, 1024), (1024, 1536), (512, 512))},
}
"""The sizes of most image models; `gpt-image` and `dall-e-2` together accept all of them."""


def _number(label: str, key: str, value: float | None, low: float, high: float, step: float) -> None:
    st.number_input(
        literal(label), low, high, value, step, key=key, placeholder=_("Default"), on_change="ignore"
    )


def _select(label: str, key: str, labels: Mapping[str, str], value: str | None) -> None:
    options = list(labels)
    st.selectbox(
        literal(label),
        options,
        options.index(value) if value in options else 0,
        format_func=lambda code: literal(_(labels[code])),
        key=key,
        on_change="ignore",
    )
