"""The sources of an answer as a numbered list of links; none is fetched before a click."""

from collections.abc import Sequence

import streamlit as st

from lib.domain.reply.citations import Citation
from lib.domain.text.markdown.literal import Markdown, link, md, plain
from lib.i18n.translation import gettext as _

SHOWN = 8
"""Sources shown at once; the rest is collapsed."""


def show(citations: Sequence[Citation], key: str) -> None:
    """Draw the sources, each with the number that the answer uses."""
    if not citations:
        return
    with st.container(gap="xsmall", key=f"sources-{key}"):
        st.caption(md(":material/link: {}", _("Sources")))
        st.markdown(_lines(citations[:SHOWN], 1))
        if rest := citations[SHOWN:]:
            with st.expander(md(_("{} more"), len(rest)), type="compact"):
                st.markdown(_lines(rest, SHOWN + 1))


def _lines(citations: Sequence[Citation], first: int) -> Markdown:
    return md("\n").join(md("{}. {}", number, _line(each)) for number, each in enumerate(citations, first))


def _line(citation: Citation) -> Markdown:
    if not citation.link:
        return plain(citation.label)
    host = citation.link.partition("//")[2].partition("/")[0]
    beside = md(" · {}", host) if citation.title else ""
    return md("{}{}", link(citation.label, citation.link), beside)
