"""Model, system prompt and parameters: the widgets that hold them, and the conversation that keeps them.

The widgets do not rerun the page (`on_change="ignore"`): their values arrive and are collected with the next
click. Widgets that are not drawn (a closed popover) have no value and change nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Params
from lib.domain.models.capabilities import LABELS, Capability
from lib.domain.models.models import best_match
from lib.domain.text.markdown.literal import literal, md
from lib.ui.state import person

MODEL, OTHER_MODEL, SYSTEM_PROMPT, PARAMS = "model", "other_model", "system_prompt", "params."
"""Keys of the widgets. On a page with several conversations each has a `prefix`, prepended to its keys."""
TIMES_SET = "model_times_set"
"""Key of how often the picker's model was set other than by a choice in it."""
LONGEST_MODEL_NAME = 200
DEFAULT = "Default"
"""The label for a parameter that is not sent, so that the server decides."""
MOST_IMAGES = 4


def collect(conversation: Conversation, prefix: str = "") -> None:
    """Copy the widgets' values into the conversation."""
    held = st.session_state
    _take_named_model(prefix)
    if model := held.get(picker_key(prefix)):
        conversation.model = str(model).strip()[:LONGEST_MODEL_NAME]
    if (system_prompt := held.get(prefix + SYSTEM_PROMPT)) is not None:
        conversation.system_prompt = system_prompt.strip()
    values = {name: held[prefix + PARAMS + name] for name in _TAKE if prefix + PARAMS + name in held}
    taken: dict[str, Any] = {name: _TAKE[name](value) for name, value in values.items()}
    conversation.params = replace(conversation.params, **taken)


def present(conversation: Conversation, prefix: str = "") -> None:
    """Make the widgets show another conversation's choices."""
    set_model(conversation.model, prefix)
    # Removed, not set: a widget without a value is drawn with the conversation's own.
    for key in [str(key) for key in st.session_state]:
        if key == prefix + SYSTEM_PROMPT or key.startswith(prefix + PARAMS):
            st.session_state.pop(key)


def set_model(model: str | None, prefix: str = "") -> None:
    """Make the model picker show this model.

    The picker is drawn anew, under another key. A click that leaves the browser before it has the new picker
    still carries the old one's value, which would undo this.
    """
    if st.session_state.get(picker_key(prefix)) != model:
        st.session_state[prefix + TIMES_SET] = st.session_state.get(prefix + TIMES_SET, 0) + 1
        st.session_state[picker_key(prefix)] = model


def picker_key(prefix: str = "") -> str:
    """Return the key of the model picker that is drawn now."""
    return f"{prefix}{MODEL}-{st.session_state.get(prefix + TIMES_SET, 0)}"


def _take_named_model(prefix: str) -> None:
    """Choose the typed model, whether it is listed or not.

    Not in a callback of the field: the click that leaves the field may ask for a second run, which ends the
    first one in its callback, and calls none itself.
    """
    if name := str(st.session_state.get(prefix + OTHER_MODEL) or "").strip():
        set_model(name[:LONGEST_MODEL_NAME], prefix)
        st.session_state[prefix + OTHER_MODEL] = ""


def _same(value: Any) -> Any:
    return value


def _words(text: str | None) -> tuple[str, ...] | None:
    """Return stop sequences, one per line; at most four, as the API allows."""
    return tuple(line for line in (text or "").splitlines() if line)[:4] or None


def _effort(label: str) -> str | None:
    return None if label == DEFAULT else label.lower()


def _size(label: str) -> str | None:
    return None if label == DEFAULT else label.replace(" × ", "x")


_TAKE = {
    "temperature": _same,
    "max_tokens": _same,
    "top_p": _same,
    "seed": _same,
    "stop": _words,
    "presence_penalty": _same,
    "frequency_penalty": _same,
    "reasoning_effort": _effort,
    "image_size": _size,
    "image_count": _same,
    "stream": bool,
}


def show_model(conversation: Conversation, models: list[str], prefix: str = "", width: int = 280) -> None:
    """Draw the model picker; a conversation without a model that may be used gets the first in the list."""
    known = conversation.model if conversation.model and person.may_use(conversation.model) else None
    chosen = known or (models[0] if models else None)
    # Each time: Streamlit forgets a widget's value when the person leaves its page.
    conversation.model = st.session_state[picker_key(prefix)] = chosen
    pick_model(
        models,
        picker_key(prefix),
        chosen,
        elsewhere="Enter it as “Another model” under the parameters.",
        width=width,
    )


def pick_model(
    models: Sequence[str],
    key: str,
    chosen: str | None,
    *,
    elsewhere: str = "",
    width: int = 280,
    disabled: bool = False,
) -> str | None:
    """Draw a field for one of `models`, in which Enter takes the best match for the typed text.

    A text without a match gets a message, which says where else it can be entered (`elsewhere`). If no models
    are listed, any name is accepted. A `width` of 0 is the container's.
    """
    options = [chosen, *models] if chosen and chosen not in models else list(models)
    return st.selectbox(
        "Model",
        options,
        key=key,
        index=0 if options else None,
        placeholder="Choose a model",
        label_visibility="collapsed",
        accept_new_options=True,  # otherwise the typed text stays in the field while another model is asked
        disabled=disabled,
        on_change=_match_model,
        args=(key, tuple(models), chosen, elsewhere),
        width=width or "stretch",
    )


def _match_model(key: str, models: Sequence[str], chosen: str | None, elsewhere: str) -> None:
    typed = str(st.session_state[key] or "")
    if not models or typed in (chosen, *models):
        return
    match = best_match(typed, models)
    st.session_state[key] = match or chosen
    if not match:
        st.toast(md("No model here is named “{}”. {}", typed, elsewhere), icon=":material/search_off:")


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
    _select("Size", prefix + "image_size", _SIZES, params.image_size)
    _number("Images", prefix + "image_count", params.image_count, 1, MOST_IMAGES, 1)


def _show_writing(conversation: Conversation, prefix: str, missing: frozenset[Capability]) -> None:
    params = conversation.params
    left_out = _left_out(params, missing)
    st.text_area(
        "System prompt",
        conversation.system_prompt,
        key=prefix + SYSTEM_PROMPT,
        height=68,
        placeholder="How the model should answer in this chat",
        on_change="ignore",
    )
    st.text_input(
        "Another model",
        key=prefix + OTHER_MODEL,
        max_chars=LONGEST_MODEL_NAME,
        placeholder="The name of one that is not listed",
    )
    left, right = st.columns(2)
    prefix += PARAMS
    with left:
        _number("Temperature", prefix + "temperature", params.temperature, 0.0, 2.0, 0.1)
        if Capability.MAX_TOKENS not in left_out:
            _number("Max tokens", prefix + "max_tokens", params.max_tokens, 1, 1_000_000, 64)
        _number("Presence penalty", prefix + "presence_penalty", params.presence_penalty, -2.0, 2.0, 0.1)
        if Capability.REASONING not in left_out:
            _select("Reasoning effort", prefix + "reasoning_effort", _EFFORTS, params.reasoning_effort)
    with right:
        _number("Top p", prefix + "top_p", params.top_p, 0.0, 1.0, 0.05)
        _number("Seed", prefix + "seed", params.seed, 0, 2**31 - 1, 1)
        _number("Frequency penalty", prefix + "frequency_penalty", params.frequency_penalty, -2.0, 2.0, 0.1)
    if Capability.STOP not in left_out:
        st.text_area(
            "Stop sequences",
            "\n".join(params.stop or ()),
            key=prefix + "stop",
            height=68,
            placeholder="One a line, four at most",
            on_change="ignore",
        )
    st.toggle("Stream the reply", params.stream, key=prefix + "stream", on_change="ignore")
    _show_missing(missing)


_PARAMETERS = {
    Capability.MAX_TOKENS: "max_tokens",
    Capability.REASONING: "reasoning_effort",
    Capability.STOP: "stop",
}


def _left_out(params: Params, missing: frozenset[Capability]) -> set[Capability]:
    return {name for name in missing & _PARAMETERS.keys() if getattr(params, _PARAMETERS[name]) is None}


def _show_missing(missing: frozenset[Capability]) -> None:
    """Draw what the model does not accept, including settings that are drawn."""
    told = [LABELS[name] for name in LABELS if name in missing and name in _TOLD]
    if told:
        st.caption(md("The doctor found that this model does not accept: {}.", ", ".join(told)))


_TOLD = set(LABELS) - {Capability.STREAM_USAGE}


_EFFORTS = {None: DEFAULT, "minimal": "Minimal", "low": "Low", "medium": "Medium", "high": "High"}
_SIZES: dict[str | None, str] = {
    None: DEFAULT,
    **{f"{w}x{h}": f"{w} × {h}" for w, h in ((1024, 1024), (1536, 1024), (1024, 1536), (512, 512))},
}
"""The sizes of most image models; `gpt-image` and `dall-e-2` together accept all of them."""


def _number(label: str, key: str, value: float | None, low: float, high: float, step: float) -> None:
    st.number_input(literal(label), low, high, value, step, key=key, placeholder=DEFAULT, on_change="ignore")


def _select(label: str, key: str, options: dict[str | None, str], value: str | None) -> None:
    labels = list(options.values())
    st.selectbox(
        literal(label), labels, labels.index(options.get(value, labels[0])), key=key, on_change="ignore"
    )
