"""Badges beside an answer: a model other than the requested one wrote it."""

import streamlit as st

from lib.domain.models.models import is_same
from lib.domain.reply.reply import Reply
from lib.domain.text.markdown.literal import literal, plain
from lib.i18n.translation import gettext as _


def show_other_model(reply: Reply) -> None:
    """Draw a badge if a model other than the requested one answered, or more than one did."""
    asked, served = reply.model_requested, reply.model_served
    if reply.models_before:
        changes = " → ".join([*reply.models_before, served or ""])
        why = _("The model changed while it answered: {}.").format(changes)
        _model_badge(_("Model changed"), why)
    elif asked and served and not is_same(asked, served):
        why = _("{asked} was asked, {served} answered.").format(asked=asked, served=served)
        _model_badge(_("Other model"), why)


def _model_badge(label: str, why: str) -> None:
    st.badge(literal(label), icon=":material/swap_horiz:", color="orange", help=plain(why))
