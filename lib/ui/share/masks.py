"""What is masked in a report: each finding can be unmasked with a click."""

from collections.abc import Sequence

import streamlit as st

from lib.domain.text.markdown.literal import Markdown, md, plain
from lib.domain.text.secrets import KnownKey
from lib.i18n import formats
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark, ngettext
from lib.report import masking
from lib.report.findings import FindingKind as Found
from lib.report.masking import Finding

LISTED = 40
"""Findings per kind that can be unmasked; any further ones are always masked."""
LONGEST_LABEL = 40
_KINDS = {
    Found.EMAIL: (mark("E-mail addresses"), "mail"),
    Found.KEY: (mark("Keys"), "key"),
    Found.HOST: (mark("Internal hosts"), "dns"),
}


def choose(findings: Sequence[Finding], keys: Sequence[str], source_id: str) -> dict[str, str]:
    """Draw the findings, each to unmask with a click, except this app's keys; return masks by text."""
    masks = masking.masks(findings)
    if not findings:
        none = _("No e-mail addresses, keys or internal hosts were found in it.")
        st.caption(md(":material/check: {}", none))
        return masks
    st.caption(_("These are masked in all formats. Click one to unmask it; your own key stays masked."))
    known = [KnownKey(key) for key in keys]
    offered = [finding for finding in findings if not any(key.spans(finding.text) for key in known)]
    for kind, (title, icon) in _KINDS.items():
        of_kind = [finding for finding in offered if finding.kind is kind]
        if of_kind:
            let_through = _let_through(
                of_kind, md(":material/{}: {}", icon, _(title)), f"masks-{kind.name}-{source_id}"
            )
            masks = {text: mask for text, mask in masks.items() if text not in let_through}
    return masks


def _let_through(findings: Sequence[Finding], title: Markdown, key: str) -> set[str]:
    """Draw the findings of one kind; return the texts that should not be masked."""
    shown = [finding.text for finding in findings[:LISTED]]
    counts = {finding.text: finding.count for finding in findings}
    label = md("{} ({})", title, formats.number(sum(counts.values())))
    if (rest := len(findings) - LISTED) > 0:
        more = ngettext("{} more is masked too", "{} more are masked too", rest)
        label = md("{} · {}", label, more.format(formats.number(rest)))
    masked = st.pills(
        label,
        shown,
        selection_mode="multi",
        default=shown,
        format_func=lambda text: _label(text, counts[text]),
        key=key,
    )
    return set(shown) - set(masked)


def _label(text: str, count: int) -> Markdown:
    line = " ".join(text.split())
    line = line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 8]}…{line[-7:]}"
    return md("{} × {:,}", line, count) if count > 1 else plain(line)
