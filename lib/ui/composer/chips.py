"""What is set for the next message, as chips: a click opens the parameters, a cross clears one."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import DRAWING, Params
from lib.domain.text.markdown.literal import literal
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import ngettext
from lib.ui.composer import parameters
from lib.ui.state import choices, structured


def show(conversation: Conversation, clear: Callable[[str], None], *, is_image_model: bool) -> None:
    """Draw a chip for all that is set; `clear` gets the code of one whose cross is clicked."""
    with st.container(
        key="chips", horizontal=True, vertical_alignment="center", gap="xsmall", width="content"
    ):
        for code, label in labels(conversation, is_image_model=is_image_model).items():
            with st.container(key=f"set-{code}", horizontal=True, gap=None, width="content"):
                st.button(
                    literal(label),
                    key=f"open-{code}",
                    type="tertiary",
                    on_click=parameters.open_at,
                    args=(code,),
                )
                st.button(
                    literal(_("Clear: {}").format(label)),
                    key=f"clear-{code}",
                    type="tertiary",
                    on_click=clear,
                    args=(code,),
                )


def labels(conversation: Conversation, *, is_image_model: bool = False) -> Mapping[str, str]:
    """Return the label of each chip by its code: the parameters that go out with the next message."""
    params = conversation.params
    if is_image_model:
        found = {
            "image_size": params.image_size and _(choices.SIZES.get(params.image_size, params.image_size)),
            "image_count": params.image_count and _images(params.image_count),
        }
    else:
        found = {choices.SYSTEM_PROMPT: conversation.system_prompt and _("System prompt"), **_writing(params)}
    return {code: str(label) for code, label in found.items() if label}


def _writing(params: Params) -> dict[str, str | None]:
    effort = params.reasoning_effort
    return {
        "temperature": _number(_("Temperature {}"), params.temperature),
        "top_p": _number(_("Top p {}"), params.top_p),
        "max_tokens": _number(_("Max tokens {}"), params.max_tokens),
        "seed": None if params.seed is None else _("Seed {}").format(params.seed),
        "presence_penalty": _number(_("Presence penalty {}"), params.presence_penalty),
        "frequency_penalty": _number(_("Frequency penalty {}"), params.frequency_penalty),
        "reasoning_effort": effort and _("Reasoning: {}").format(_(choices.EFFORTS.get(effort, effort))),
        "stop": _("Stop sequences") if params.stop else None,
        "stream": None if params.stream else _("Not streamed"),
        "response_format": _format(params),
        "tools": _tools(len(params.tools)) if params.tools else None,
    }


def _number(sentence: str, value: float | None) -> str | None:
    if value is None:
        return None
    decimals = len(f"{value:.2f}".rstrip("0").partition(".")[2])
    return sentence.format(formats.number(value, decimals))


def _format(params: Params) -> str | None:
    kind = (params.response_format or {}).get("type")
    return _("JSON schema") if kind == structured.JSON_SCHEMA else kind and _("JSON")


def _images(count: int) -> str:
    return ngettext("{} image", "{} images", count).format(count)


def _tools(count: int) -> str:
    return ngettext("{} tool", "{} tools", count).format(count)


def clear(form: structured.Form, code: str) -> None:
    """Unset what a chip shows; a code that no chip has changes nothing."""
    conversation, unset = form.conversation, Params()
    if code == choices.SYSTEM_PROMPT:
        conversation.system_prompt = ""
    elif code in (*_writing(unset), *DRAWING):
        conversation.params = replace(conversation.params, **{code: getattr(unset, code)})
        structured.clear(form, choices.PARAMS + code)
        if code == "tools":
            conversation.params = replace(conversation.params, tool_choice=None)
            structured.clear(form, structured.TOOL_CHOICE)
    choices.forget(form.prefix)
