"""Structured output and tools: what an answer must look like, and what a model may ask for.

What is pasted stays as it was pasted, and nothing is sent while it cannot be used.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from lib.chat.capabilities import Capability
from lib.chat.messages import Params
from lib.chat.structured import (
    LONGEST_JSON,
    function_names,
    parse_schema,
    parse_tools,
    schema_text,
    tools_text,
)
from lib.ui.choices import DEFAULT, PARAMS
from lib.ui.labels import plain
from lib.ui.session import Session, held

FORMAT, SCHEMA = PARAMS + "response_format", PARAMS + "schema"
TOOLS, TOOL_CHOICE = PARAMS + "tools", PARAMS + "tool_choice"
TEXT, JSON_OBJECT, JSON_SCHEMA = "Text", "JSON object", "JSON schema"
JSON_MODE = {"type": "json_object"}
_CHOICES = {"auto": "Automatic", "none": "No tool", "required": "Some tool"}


def show(session: Session, missing: frozenset[Capability] = frozenset()) -> None:
    """Draw the widgets; what cannot be used is said below its field.

    What the doctor found missing of the model is not offered, unless it is set and has to be unset.
    """
    given = _given(session)
    has_json = Capability.JSON_MODE not in missing or given[FORMAT] != TEXT
    has_tools = Capability.TOOLS not in missing or bool(given[TOOLS])
    if has_json:
        _show_format(session)
    if has_tools:
        _show_tools(session)
    if not (has_json and has_tools):
        what = " and ".join(name for name, has in (("JSON", has_json), ("tools", has_tools)) if not has)
        st.caption(f"The doctor found that this model does not take {what}.")


def _show_format(session: Session) -> None:
    (_, faults), given = _read(session), _given(session)
    _select("Answer as", [TEXT, JSON_OBJECT, JSON_SCHEMA], given[FORMAT], FORMAT)
    if given[FORMAT] == JSON_OBJECT:
        st.caption("Many servers want the word “JSON” in your message or in the system prompt too.")
    if given[FORMAT] == JSON_SCHEMA:
        _paste("JSON schema", given[SCHEMA], SCHEMA, '{"type": "object", "properties": {…}}')
        _show_fault(faults, SCHEMA)


def _show_tools(session: Session) -> None:
    (params, faults), given = _read(session), _given(session)
    _paste("Tools", given[TOOLS], TOOLS, '[{"name": "get_weather", "parameters": {…}}]')
    _show_fault(faults, TOOLS)
    if params.tools:
        names = function_names(params.tools)
        _select("Tool choice", [DEFAULT, *_CHOICES.values(), *names], given[TOOL_CHOICE], TOOL_CHOICE)
        st.caption("What the model calls is shown under its answer. Nothing is run.")


def fault(session: Session) -> str | None:
    """Why nothing can be sent, in one sentence; `None` when all that was pasted can be used."""
    if not session.pasted:
        return None
    _, faults = _read(session)
    return next((f"{sentence} Change it under “Parameters”." for sentence in faults.values()), None)


def _take(key: str) -> None:
    """A widget has changed: keep what it holds, and use it if that is possible."""
    session = held()
    session.pasted[key] = (st.session_state[key] or "")[: LONGEST_JSON + 1]
    session.conversation.params, _ = _read(session)


def _read(session: Session) -> tuple[Params, dict[str, str]]:
    """The parameters as they were given, and by key one sentence for each that cannot be used."""
    given, params, faults = _given(session), session.conversation.params, dict[str, str]()
    try:
        params = replace(params, response_format=_format(given[FORMAT], given[SCHEMA]))
    except ValueError as error:
        faults[SCHEMA] = f"The JSON schema {error}"
    try:
        params = replace(params, tools=parse_tools(given[TOOLS]) if given[TOOLS].strip() else None)
    except ValueError as error:
        faults[TOOLS] = f"The tool list {error}"
    return replace(params, tool_choice=_choice(given[TOOL_CHOICE], params.tools)), faults


def _given(session: Session) -> dict[str, str]:
    """What each widget holds: as it was pasted, else what the conversation has."""
    params = session.conversation.params
    kept = {
        FORMAT: _format_label(params.response_format),
        SCHEMA: schema_text(params.response_format),
        TOOLS: tools_text(params.tools),
        TOOL_CHOICE: _choice_label(params.tool_choice),
    }
    return kept | session.pasted


def _format(label: str, schema: str) -> Mapping[str, Any] | None:
    if label == JSON_SCHEMA:
        return parse_schema(schema)
    return JSON_MODE if label == JSON_OBJECT else None


def _format_label(response_format: Mapping[str, Any] | None) -> str:
    kinds = {"json_object": JSON_OBJECT, "json_schema": JSON_SCHEMA}
    return kinds.get(str((response_format or {}).get("type")), TEXT)


def _choice(label: str, tools: Any) -> str | dict[str, Any] | None:
    """`tool_choice` as the API wants it: servers refuse one without tools."""
    if label in function_names(tools):
        return {"type": "function", "function": {"name": label}}
    return next((value for value, shown in _CHOICES.items() if tools and shown == label), None)


def _choice_label(choice: str | Mapping[str, Any] | None) -> str:
    if isinstance(choice, Mapping):
        return next(iter(function_names([choice])), DEFAULT)
    return _CHOICES.get(choice or "", DEFAULT)


def _select(label: str, options: list[str], chosen: str, key: str) -> None:
    index = options.index(chosen) if chosen in options else 0
    st.selectbox(label, options, index, key=key, on_change=_take, args=(key,))


def _paste(label: str, text: str, key: str, example: str) -> None:
    st.text_area(
        label,
        text,
        key=key,
        height=140,
        placeholder=example,
        on_change=_take,
        args=(key,),
    )


def _show_fault(faults: Mapping[str, str], key: str) -> None:
    if key in faults:
        st.error(plain(faults[key]), icon=":material/error:")
