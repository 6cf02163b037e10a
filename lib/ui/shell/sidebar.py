"""The sidebar below the page links: a new chat, and the conversations."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby

import streamlit as st

from lib.domain.text.markdown.literal import Markdown, literal, md, plain
from lib.store.conversation.conversations import Summary
from lib.store.conversation.search import Hit
from lib.store.database.errors import StoreError
from lib.ui.kit import buttons
from lib.ui.shell import account, dialogs
from lib.ui.state import person, widgets
from lib.ui.state.conversation import conversations
from lib.ui.state.panel import open_panel
from lib.ui.state.person import library
from lib.ui.state.session import Session

WORD_JOINER = "\u2060"


def show(session: Session) -> None:
    """Draw the sidebar."""
    with st.sidebar:
        buttons.button("New chat", "new_chat", "edit_square", conversations.new_chat, width="stretch")
        words = st.text_input(
            "Search",
            key="search",
            placeholder="Search all chats",
            icon=":material/search:",
            label_visibility="collapsed",
        )
        with st.container(key="conversations"):
            try:
                if words.strip():
                    _list_hits(library().search.find(words))
                else:
                    most = conversations.listed()
                    _list(session, library().conversations.latest(most + 1), most)
            except StoreError:
                st.caption("Your conversations cannot be listed now.")
        show_menu()


def _list(session: Session, summaries: Sequence[Summary], most: int) -> None:
    """Draw one list per day: one widget holds many conversations, which keeps a rerun small."""
    if not summaries:
        st.caption("Your conversations will be listed here.")
    today = datetime.now().astimezone().date()
    listed = summaries[:most]
    for day, group in groupby(listed, key=lambda summary: _day(summary, today)):
        titles = {summary.id: plain(summary.title) for summary in group}
        # Thirty buttons took 9 kB and 10 ms of each rerun; the lists take a tenth of that
        # (docs/decisions/0004).
        choose(
            f"conversations.{day}",
            day,
            titles,
            session.conversation.id,
            conversations.open_conversation,
        )
    if len(summaries) > most:
        st.button("Show more", key="show_more", type="tertiary", on_click=conversations.show_more)


def _list_hits(hits: Sequence[Hit]) -> None:
    """Draw the search results: each conversation once, with the text around its best hit."""
    if not hits:
        st.caption("Nothing found.")
        return
    best = {hit.conversation_id: hit for hit in reversed(hits)}
    ordered = [hit for hit in hits if best[hit.conversation_id] is hit]
    titles = {hit.conversation_id: plain(hit.title) for hit in ordered}
    captions = [plain(" ".join(hit.snippet.split())) for hit in ordered]
    choose("conversations.Found", "Found", titles, "", conversations.open_conversation, captions)


def choose(
    key: str,
    label: str,
    titles: dict[str, Markdown],
    open_id: str,
    action: Callable[[str], None],
    captions: list[Markdown] | None = None,
) -> None:
    """Draw clickable rows in one widget; `action` gets its `key`."""
    titles = _told_apart(titles)
    # In each run: the radio button would otherwise keep showing the last click.
    widgets.put(key, open_id if open_id in titles else None)
    st.radio(
        literal(label),
        list(titles),
        index=None,
        key=key,
        format_func=titles.get,
        captions=captions,
        on_change=action,
        args=(key,),
    )


def show_menu() -> None:
    """Draw the menu of what is not about one page; `lib.ui.shell.dialogs` draws what it opens."""
    entries = [dialogs.BIN, dialogs.EXPORT_ALL, dialogs.IMPORT]
    if person.identity():
        entries.append(account.ACCOUNT)
    buttons.menu(entries, "more", _open_chosen, "more", label="More")


def _open_chosen(key: str) -> None:
    open_panel(widgets.text(key))


def _told_apart(titles: dict[str, Markdown]) -> dict[str, Markdown]:
    """Return the titles, equal ones made distinct invisibly: a radio button identifies options by label."""
    seen: Counter[str] = Counter()
    apart: dict[str, Markdown] = {}
    for id_, title in titles.items():
        apart[id_] = md("{}{}", title, WORD_JOINER * seen[title])
        seen[title] += 1
    return apart


def _day(summary: Summary, today: date) -> str:
    if summary.is_pinned:
        return "Pinned"
    days = (today - summary.updated_at.astimezone().date()).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if days < 7:
        return "This week"
    return "Earlier"
