"""The parameters for structured output and tools: their widgets, and the checks of what was pasted.

Pasted text stays as it was pasted, and nothing is sent while it is invalid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Params
from lib.domain.conversation.structured import (
    LONGEST_JSON,
    function_names,
    parse_schema,
    parse_tools,
    schema_text,
    tools_text,
)
from lib.domain.models.capabilities import Capability
from lib.domain.text.markdown.literal import literal, md, plain
from lib.ui.state.choices import DEFAULT, PARAMS
from lib.ui.state.session import Session, held

FORMAT, SCHEMA = PARAMS + "response_format", PARAMS + "schema"
TOOLS, TOOL_CHOICE = PARAMS + "tools", PARAMS + "tool_choice"
TEXT, JSON_OBJECT, JSON_SCHEMA = "Text", "JSON object", "JSON schema"
JSON_MODE = {"type": "json_object"}
_CHOICES = {"auto": "Automatic", "none": "No tool", "required": "Some tool"}


@dataclass(frozen=True, slots=True)
class Form:
    """A conversation and the text pasted for it, which may not be valid yet."""

    conversation: Conversation
    pasted: dict[str, str]
    """By widget key."""
    prefix: str = ""
    """Prepended to those keys on a page with several conversations."""

    def given(self, name: str) -> str:
        """Return the pasted text of a widget, or by default the conversation's value."""
        params = self.conversation.params
        if (pasted := self.pasted.get(self.prefix + name)) is not None:
            return pasted
        kept = {
            FORMAT: _format_label(params.response_format),
            SCHEMA: schema_text(params.response_format),
            TOOLS: tools_text(params.tools),
            TOOL_CHOICE: _choice_label(params.tool_choice),
        }
        return kept[name]


Find = Callable[[], Form | None]
"""Finds the form after a widget has changed: by then the page may show another conversation."""


def in_chat() -> Form:
    """Return the form of the chat page."""
    return of_chat(held())


def of_chat(session: Session) -> Form:
    """Return the form of the chat page without reading the session state: each such read may end the run."""
    return Form(session.conversation, session.pasted)


def show(find: Find, missing: frozenset[Capability] = frozenset()) -> None:
    """Draw the widgets, with the fault of each invalid one below its field.

    What the doctor found the model to lack is offered only if it is set, so that it can be unset.
    """
    form = find()
    if form is None:
        return
    has_json = Capability.JSON_MODE not in missing or form.given(FORMAT) != TEXT
    has_tools = Capability.TOOLS not in missing or bool(form.given(TOOLS))
    if has_json:
        _show_format(form, find)
    if has_tools:
        _show_tools(form, find)
    if not (has_json and has_tools):
        what = " and ".join(name for name, has in (("JSON", has_json), ("tools", has_tools)) if not has)
        st.caption(md("The doctor found that this model does not accept {}.", what))


def _show_format(form: Form, find: Find) -> None:
    _, faults = _read(form)
    _select(form, find, FORMAT, "Answer as", [TEXT, JSON_OBJECT, JSON_SCHEMA])
    if form.given(FORMAT) == JSON_OBJECT:
        st.caption("Many servers want the word “JSON” in your message or in the system prompt too.")
    if form.given(FORMAT) == JSON_SCHEMA:
        _paste(form, find, SCHEMA, "JSON schema", '{"type": "object", "properties": {…}}')
        _show_fault(faults, SCHEMA)


def _show_tools(form: Form, find: Find) -> None:
    params, faults = _read(form)
    _paste(form, find, TOOLS, "Tools", '[{"name": "get_weather", "parameters": {…}}]')
    _show_fault(faults, TOOLS)
    if params.tools:
        names = function_names(params.tools)
        _select(form, find, TOOL_CHOICE, "Tool choice", [DEFAULT, *_CHOICES.values(), *names])
        st.caption("Tool calls are shown below the answer. They are never run.")


def fault(form: Form) -> str | None:
    """Return why nothing can be sent, in one sentence; `None` if all pasted text is valid."""
    if not form.pasted:
        return None
    _, faults = _read(form)
    return next(iter(faults.values()), None)


def _take(name: str, find: Find) -> None:
    """Keep the new value of a widget, and use it if it is valid."""
    if form := find():
        form.pasted[form.prefix + name] = (st.session_state[form.prefix + name] or "")[: LONGEST_JSON + 1]
        form.conversation.params, _ = _read(form)


def _read(form: Form) -> tuple[Params, dict[str, str]]:
    """Return the parameters, and by name one sentence for each invalid one."""
    params, faults = form.conversation.params, dict[str, str]()
    try:
        params = replace(params, response_format=_format(form.given(FORMAT), form.given(SCHEMA)))
    except ValueError as error:
        faults[SCHEMA] = f"The JSON schema {error}"
    try:
        tools = form.given(TOOLS)
        params = replace(params, tools=parse_tools(tools) if tools.strip() else None)
    except ValueError as error:
        faults[TOOLS] = f"The tool list {error}"
    return replace(params, tool_choice=_choice(form.given(TOOL_CHOICE), params.tools)), faults


def _format(label: str, schema: str) -> Mapping[str, Any] | None:
    if label == JSON_SCHEMA:
        return parse_schema(schema)
    return JSON_MODE if label == JSON_OBJECT else None


def _format_label(response_format: Mapping[str, Any] | None) -> str:
    kinds = {"json_object": JSON_OBJECT, "json_schema": JSON_SCHEMA}
    return kinds.get(str((response_format or {}).get("type")), TEXT)


def _choice(label: str, tools: Any) -> str | dict[str, Any] | None:
    """Return `tool_choice` as the API expects it: servers refuse one without tools."""
    if label in function_names(tools):
        return {"type": "function", "function": {"name": label}}
    return next((value for value, shown in _CHOICES.items() if tools and shown == label), None)


def _choice_label(choice: str | Mapping[str, Any] | None) -> str:
    if isinstance(choice, Mapping):
        return next(iter(function_names([choice])), DEFAULT)
    return _CHOICES.get(choice or "", DEFAULT)


def _select(form: Form, find: Find, name: str, label: str, options: list[str]) -> None:
    chosen = form.given(name)
    index = options.index(chosen) if chosen in options else 0
    st.selectbox(literal(label), options, index, key=form.prefix + name, on_change=_take, args=(name, find))


def _paste(form: Form, find: Find, name: str, label: str, example: str) -> None:
    st.text_area(
        literal(label),
        form.given(name),
        key=form.prefix + name,
        height=140,
        placeholder=example,
        on_change=_take,
        args=(name, find),
    )


def _show_fault(faults: Mapping[str, str], key: str) -> None:
    if key in faults:
        st.error(plain(faults[key]), icon=":material/error:")
