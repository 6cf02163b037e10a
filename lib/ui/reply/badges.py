"""Badges beside an answer: a model other than the requested one wrote it."""

import streamlit as st

from lib.domain.models.models import is_same
from lib.domain.reply.reply import Reply
from lib.domain.text.markdown.literal import literal, plain


def show_other_model(reply: Reply) -> None:
    """Draw a badge if a model other than the requested one answered, or more than one did."""
    asked, served = reply.model_requested, reply.model_served
    if reply.models_before:
        changes = " → ".join([*reply.models_before, served or ""])
        _model_badge("Model changed", f"The model changed while it answered: {changes}.")
    elif asked and served and not is_same(asked, served):
        _model_badge("Other model", f"{asked} was asked, {served} answered.")


def _model_badge(label: str, why: str) -> None:
    st.badge(literal(label), icon=":material/swap_horiz:", color="orange", help=plain(why))
