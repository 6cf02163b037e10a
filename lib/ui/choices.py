"""Model, system prompt and parameters: the widgets that hold them, and the conversation that keeps them.

The widgets do not rerun the page (`on_change="ignore"`): their values arrive with the next click and are
collected then. Widgets that are not drawn (a closed popover) have no value and change nothing.
"""

from dataclasses import replace
from typing import Any

import streamlit as st

from lib.chat.conversations import Conversation

MODEL, SYSTEM_PROMPT, PARAMS = "model", "system_prompt", "params."
"""Keys of the widgets. Where a page holds several conversations, `of` goes before them, one for each."""
LONGEST_MODEL_NAME = 200
DEFAULT = "Default"
"""Shown where nothing is sent, so that the server decides."""
JSON_MODE = {"type": "json_object"}


def collect(conversation: Conversation, of: str = "") -> None:
    """Take over what the widgets hold."""
    held = st.session_state
    if model := held.get(of + MODEL):
        conversation.model = str(model).strip()[:LONGEST_MODEL_NAME]
    if (system_prompt := held.get(of + SYSTEM_PROMPT)) is not None:
        conversation.system_prompt = system_prompt.strip()
    values = {name: held[of + PARAMS + name] for name in _TAKE if of + PARAMS + name in held}
    taken: dict[str, Any] = {name: _TAKE[name](value) for name, value in values.items()}
    conversation.params = replace(conversation.params, **taken)


def present(conversation: Conversation, of: str = "") -> None:
    """Let the widgets show another conversation's choices."""
    st.session_state[of + MODEL] = conversation.model
    for key in (SYSTEM_PROMPT, *(PARAMS + name for name in _TAKE)):
        st.session_state.pop(of + key, None)


def _same(value: Any) -> Any:
    return value


def _words(text: str | None) -> tuple[str, ...] | None:
    """Stop sequences, one a line; at most four, as the API allows."""
    return tuple(line for line in (text or "").splitlines() if line)[:4] or None


def _effort(label: str) -> str | None:
    return None if label == DEFAULT else label.lower()


def _format(label: str) -> dict[str, str] | None:
    return JSON_MODE if label == "JSON object" else None


_TAKE = {
    "temperature": _same,
    "max_tokens": _same,
    "top_p": _same,
    "seed": _same,
    "stop": _words,
    "presence_penalty": _same,
    "frequency_penalty": _same,
    "reasoning_effort": _effort,
    "response_format": _format,
    "stream": bool,
}


def show_model(conversation: Conversation, models: list[str], of: str = "", width: int = 280) -> None:
    """Draw the model picker; a conversation without a model gets the first of the list."""
    chosen = conversation.model or (models[0] if models else None)
    if chosen and chosen not in models:
        models = [chosen, *models]
    conversation.model = st.session_state[of + MODEL] = chosen
    st.selectbox(
        "Model",
        models,
        key=of + MODEL,
        index=0 if models else None,
        placeholder="Choose a model",
        label_visibility="collapsed",
        accept_new_options=True,
        on_change="ignore",
        width=width or "stretch",
    )


def show(conversation: Conversation, of: str = "") -> None:
    """Draw the system prompt and the parameters."""
    params = conversation.params
    st.text_area(
        "System prompt",
        conversation.system_prompt,
        key=of + SYSTEM_PROMPT,
        height=68,
        placeholder="How the model should answer in this chat",
        on_change="ignore",
    )
    left, right = st.columns(2)
    of += PARAMS
    with left:
        _number("Temperature", of + "temperature", params.temperature, 0.0, 2.0, 0.1)
        _number("Max tokens", of + "max_tokens", params.max_tokens, 1, 1_000_000, 64)
        _number("Presence penalty", of + "presence_penalty", params.presence_penalty, -2.0, 2.0, 0.1)
        _select("Reasoning effort", of + "reasoning_effort", _EFFORTS, params.reasoning_effort)
    with right:
        _number("Top p", of + "top_p", params.top_p, 0.0, 1.0, 0.05)
        _number("Seed", of + "seed", params.seed, 0, 2**31 - 1, 1)
        _number("Frequency penalty", of + "frequency_penalty", params.frequency_penalty, -2.0, 2.0, 0.1)
        _select("Answer as", of + "response_format", _FORMATS, "json" if params.response_format else None)
    st.text_area(
        "Stop sequences",
        "\n".join(params.stop or ()),
        key=of + "stop",
        height=68,
        placeholder="One a line, four at most",
        on_change="ignore",
    )
    st.toggle("Stream the reply", params.stream, key=of + "stream", on_change="ignore")


_EFFORTS = {None: DEFAULT, "minimal": "Minimal", "low": "Low", "medium": "Medium", "high": "High"}
_FORMATS = {None: "Text", "json": "JSON object"}


def _number(label: str, key: str, value: float | None, low: float, high: float, step: float) -> None:
    st.number_input(label, low, high, value, step, key=key, placeholder=DEFAULT, on_change="ignore")


def _select(label: str, key: str, options: dict[str | None, str], value: str | None) -> None:
    labels = list(options.values())
    st.selectbox(label, labels, labels.index(options.get(value, labels[0])), key=key, on_change="ignore")
