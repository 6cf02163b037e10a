"""The parameters for structured output and tools: their widgets, and the checks of what was pasted.

Pasted text stays as it was pasted, and nothing is sent while it is invalid.
"""

from collections.abc import Mapping
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
from lib.domain.text.markdown.literal import literal, plain
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark
from lib.ui.state.choices import DEFAULT, PARAMS

FORMAT, SCHEMA = PARAMS + "response_format", PARAMS + "schema"
TOOLS, TOOL_CHOICE = PARAMS + "tools", PARAMS + "tool_choice"
TEXT, JSON_OBJECT, JSON_SCHEMA = "text", "json_object", "json_schema"
FORMATS = {TEXT: mark("Text"), JSON_OBJECT: mark("JSON object"), JSON_SCHEMA: mark("JSON schema")}
CHOICES = {
    DEFAULT: mark("Default"),
    "auto": mark("Automatic"),
    "none": mark("No tool"),
    "required": mark("Some tool"),
}
FUNCTION = "function:"
"""Before the name of a function, as an option for the tool that a model must call."""


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
            FORMAT: _format_code(params.response_format),
            SCHEMA: schema_text(params.response_format),
            TOOLS: tools_text(params.tools),
            TOOL_CHOICE: _choice_code(params.tool_choice),
        }
        return kept[name]


def collect(form: Form) -> None:
    """Keep the widgets' values, and use them if they are valid.

    Not in their callbacks: a click that leaves a field may ask for a second run, which ends the first one in
    its callback, and calls none itself.
    """
    held = {name: st.session_state.get(form.prefix + name) for name in (FORMAT, SCHEMA, TOOLS, TOOL_CHOICE)}
    changed = {name: value for name, value in held.items() if value is not None and value != form.given(name)}
    for name, value in changed.items():
        form.pasted[form.prefix + name] = str(value)[: LONGEST_JSON + 1]
    if changed:
        form.conversation.params, _faults = _read(form)


def show(form: Form, missing: frozenset[Capability] = frozenset()) -> None:
    """Draw the widgets, with the fault of each invalid one below its field.

    What the doctor found the model to lack is offered only if it is set, so that it can be unset.
    """
    has_json = Capability.JSON_MODE not in missing or form.given(FORMAT) != TEXT
    has_tools = Capability.TOOLS not in missing or bool(form.given(TOOLS))
    if has_json:
        _show_format(form)
    if has_tools:
        _show_tools(form)
    match has_json, has_tools:
        case False, False:
            st.caption(_("The connection check found that this model does not accept JSON and tools."))
        case False, True:
            st.caption(_("The connection check found that this model does not accept JSON."))
        case True, False:
            st.caption(_("The connection check found that this model does not accept tools."))


def _show_format(form: Form) -> None:
    _params, faults = _read(form)
    _select(form, FORMAT, _("Answer as"), FORMATS)
    if form.given(FORMAT) == JSON_OBJECT:
        st.caption(_("Many servers want the word “JSON” in your message or in the system prompt too."))
    if form.given(FORMAT) == JSON_SCHEMA:
        _paste(form, SCHEMA, _("JSON schema"), '{"type": "object", "properties": {…}}')
        _show_fault(faults, SCHEMA)


def _show_tools(form: Form) -> None:
    params, faults = _read(form)
    _paste(form, TOOLS, _("Tools"), '[{"name": "get_weather", "parameters": {…}}]')
    _show_fault(faults, TOOLS)
    if params.tools:
        functions = {FUNCTION + name: name for name in function_names(params.tools)}
        _select(form, TOOL_CHOICE, _("Tool choice"), {**CHOICES, **functions})
        st.caption(_("Tool calls are shown below the answer. They are never run."))


def fault(form: Form) -> str | None:
    """Return why nothing can be sent, in one sentence; `None` if all pasted text is valid."""
    if not form.pasted:
        return None
    _params, faults = _read(form)
    return next(iter(faults.values()), None)


def clear(form: Form, *names: str) -> None:
    """Unset what was pasted into these widgets."""
    for name in names:
        form.pasted.pop(form.prefix + name, None)


def _read(form: Form) -> tuple[Params, dict[str, str]]:
    """Return the parameters, and by name one sentence for each invalid one."""
    params, faults = form.conversation.params, dict[str, str]()
    try:
        params = replace(params, response_format=_format(form.given(FORMAT), form.given(SCHEMA)))
    except ValueError as error:
        faults[SCHEMA] = _("The JSON schema {}").format(error)
    try:
        tools = form.given(TOOLS)
        params = replace(params, tools=parse_tools(tools) if tools.strip() else None)
    except ValueError as error:
        faults[TOOLS] = _("The tool list {}").format(error)
    return replace(params, tool_choice=_choice(form.given(TOOL_CHOICE), params.tools)), faults


def _format(code: str, schema: str) -> Mapping[str, Any] | None:
    if code == JSON_SCHEMA:
        return parse_schema(schema)
    return {"type": JSON_OBJECT} if code == JSON_OBJECT else None


def _format_code(response_format: Mapping[str, Any] | None) -> str:
    code = str((response_format or {}).get("type"))
    return code if code in FORMATS else TEXT


def _choice(code: str, tools: Any) -> str | dict[str, Any] | None:
    """Return `tool_choice` as the API expects it: servers refuse one without tools."""
    name = code.removeprefix(FUNCTION)
    if code.startswith(FUNCTION) and name in function_names(tools):
        return {"type": "function", "function": {"name": name}}
    return code if tools and code and code in CHOICES else None


def _choice_code(choice: str | Mapping[str, Any] | None) -> str:
    if isinstance(choice, Mapping):
        return next((FUNCTION + name for name in function_names([choice])), DEFAULT)
    return choice if choice in CHOICES else DEFAULT


def _select(form: Form, name: str, label: str, labels: Mapping[str, str]) -> None:
    options, chosen = list(labels), form.given(name)
    st.selectbox(
        literal(label),
        options,
        options.index(chosen) if chosen in options else 0,
        # The name of a tool is no text of ours.
        format_func=lambda code: literal(labels[code] if code.startswith(FUNCTION) else _(labels[code])),
        key=form.prefix + name,
    )


def _paste(form: Form, name: str, label: str, example: str) -> None:
    st.text_area(literal(label), form.given(name), key=form.prefix + name, height=140, placeholder=example)


def _show_fault(faults: Mapping[str, str], key: str) -> None:
    if key in faults:
        st.error(plain(faults[key]), icon=":material/error:")
