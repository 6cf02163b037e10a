"""The state of one browser tab: the open conversation, the draft, the reply to follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import streamlit as st

from lib import app
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Message
from lib.domain.models.connection import Connection
from lib.domain.models.models import Model, picked
from lib.domain.models.prices import Prices
from lib.domain.reply.ledger import LedgerRow
from lib.engine.live import LiveTape
from lib.engine.sending import new_id
from lib.i18n.translation import gettext as _
from lib.store.database.errors import StoreError
from lib.ui.state import choices, panel, person, structured, widgets
from lib.ui.state.conversation import following
from lib.ui.state.conversation.draft import Draft
from lib.ui.state.pages import CHAT_PAGE
from lib.ui.state.person import library

PARAMETER = "c"
"""Query parameter: `?c=<id>` opens a conversation."""
MESSAGES_SHOWN = 40
"""Messages drawn at once; "Show earlier messages" adds as many again."""

KEY = "session"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found in the open conversation."""

    message_id: str
    """The first message of the turn that it is in: turns are what a page draws."""
    words: tuple[str, ...]
    id: str = field(default_factory=new_id)
    """Tells it from another hit in the same message."""


@dataclass(slots=True)
class Session:
    """The state of a tab. It holds values and ids; what must last is in the store."""

    conversation: Conversation
    """The open conversation with its messages; stored with its first message."""
    id: str = field(default_factory=new_id)
    send_id: str = field(default_factory=new_id)
    """The id of the next send."""
    sends: int = 0
    """How many sends were accepted."""
    sends_drawn: int = 0
    """How many of them had been accepted when the chat page was last drawn."""
    address: str | None = None
    """The conversation in the address, as this tab last wrote it."""
    temporary_id: str | None = None
    """The temporary chat that this tab has had last."""
    own: Connection | None = None
    """A visitor's own key, and the base URL that they gave it for: in memory, for this tab, never stored."""
    draft: Draft = field(default_factory=Draft)
    """The draft of the next message."""
    unsent: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of the conversations that were open before: a text that no page has put back into its box yet, and why
    the last one could not be sent."""
    editing: str | None = None
    """The message that is being edited."""
    shown_messages: int = MESSAGES_SHOWN
    """How many messages of the path are drawn, from the last one up."""
    pasted: dict[str, str] = field(default_factory=dict)
    """Pasted schemas and tools by widget key; they may not be valid yet."""
    unkept: list[LedgerRow] = field(default_factory=list)
    """The ledger rows of this tab's temporary chats, which are never stored."""
    versions: dict[str, list[str]] = field(default_factory=dict)
    """The ids of each message's versions, for this run of the page."""
    next_page: str | None = None
    """The page that a callback asked for: the chat, after it has opened a conversation."""
    following: LiveTape | None = None
    """The tape that this run of the page follows: that of the shown path's last message."""
    found: Found | None = None
    """What a search has found in the open conversation, until another one is opened."""

    @property
    def connection(self) -> Connection:
        """Where this tab's requests go."""
        application, own = app.get(), self.own
        # Each key goes to the server that it was entered for, and to no other.
        return own if own and own.base_url == application.base_url else application.connection

    @property
    def prices(self) -> Prices:
        """The known prices of the connection's models; the first look has them fetched, without waiting."""
        connection = self.connection
        return {} if connection.needs_key else app.get().engine.catalogue.prices(connection)

    @property
    def is_local(self) -> bool:
        """Whether the embedded model answers."""
        return app.get().is_local and self.connection is not self.own

    @property
    def structure(self) -> structured.Form:
        """The form for the open conversation's structured output and tools."""
        return structured.Form(self.conversation, self.pasted)

    @property
    def first_steps(self) -> str:
        """What to do where a key is missing, as a sentence."""
        return (
            _("Add one in the settings first.")
            if app.get().settings.has_own_keys
            else _("An admin has to add one.")
        )

    @property
    def models(self) -> list[str]:
        """The models that one can chat with: favourites first, without hidden ones."""
        return self._picked(self._listed())

    @property
    def models_for_cells(self) -> list[str]:
        """The models that can be compared: all but image models, which do not write text."""
        return self._picked(model for model in self._listed() if not model.kind.is_image_model)

    def _listed(self) -> Sequence[Model]:
        connection = self.connection
        if connection.needs_key:
            return ()
        listed = person.offered(app.get().engine.catalogue.listing(connection, wait_seconds=0).models)
        return [model for model in listed if model.kind.chats]

    def _picked(self, listed: Iterable[Model]) -> list[str]:
        try:
            preferences = library().models.preferences(self.connection.base_url)
        except StoreError:  # the page shows the error; a chat works without preferences
            preferences = {}
        return picked(listed, preferences)

    def note_sent(self) -> None:
        """Note that a send was accepted: the next one gets another id."""
        self.send_id = new_id()
        self.sends += 1

    def show_found(self, message_id: str, words: tuple[str, ...]) -> None:
        """Show a message of the open conversation that a search has found, in another version too."""
        conversation = self.conversation
        if message_id not in conversation.messages:
            return
        if all(message.id != message_id for message in conversation.path()):
            conversation.leaf_id = conversation.newest_leaf(message_id)
        turns = conversation.turns()
        for at, turn in enumerate(turns):
            if any(message.id == message_id for message in turn):
                self.shown_messages = max(self.shown_messages, len(turns) - at)
                self.found = Found(turn[0].id, words)

    def settle(self, tape: LiveTape) -> Message:
        """Copy a tape's reply into the conversation; return the message."""
        message = following.settle(self.conversation, tape)
        self.book(message)
        return message

    def book(self, message: Message) -> None:
        """Keep the figures of a temporary chat's reply, which is never stored."""
        known = any(row.reply_id == message.id for row in self.unkept)
        if message.reply and self.conversation.is_temporary and not known:
            row = LedgerRow.of(
                message.reply,
                reply_id=message.id,
                session_id=self.id,
                conversation_id=self.conversation.id,
                created_at=message.created_at,
            )
            self.unkept.append(row)

    @property
    def is_image_model(self) -> bool:
        """Whether the chosen model draws images."""
        model, connection = self.conversation.model, self.connection
        if not model or connection.needs_key:
            return False
        return app.get().engine.catalogue.kind(connection, model).is_image_model

    def _change_draft(self, left: Conversation) -> None:
        """Empty the draft; what could not be sent stays with the conversation that was left.

        What is in the message box, browsers keep there (`message_box.js`).
        """
        is_drawn = self.draft.returns_drawn == self.draft.returns
        unsent = "" if is_drawn else self.draft.returned or "", self.draft.unsent
        self.draft.clear()
        if _place(left) == _place(self.conversation):
            return
        if any(unsent):
            self.unsent[_place(left)] = unsent
        self.draft.take_out()
        if kept := self.unsent.pop(_place(self.conversation), None):
            self.draft.give_back(*kept)

    def open(self, conversation: Conversation) -> None:
        """Open another conversation."""
        left, self.conversation = self.conversation, conversation
        self.next_page = CHAT_PAGE
        self.editing = self.found = None
        panel.close()
        self.shown_messages = MESSAGES_SHOWN
        self._change_draft(left)
        self.pasted.clear()
        choices.forget()
        self.send_id = new_id()


def _place(conversation: Conversation) -> str:
    """Return the key of its unsent text: all chats without messages are one new chat."""
    return conversation.id if conversation.messages else ""


def held() -> Session:
    """Return this tab's session, with its widgets' current values."""
    session = widgets.hold(KEY, Session, lambda: Session(new_conversation()))
    choices.collect(session.conversation)
    structured.collect(session.structure)
    return session


def sends() -> int:
    """Return how many sends of this tab were accepted, on a page that may not use the session."""
    found = widgets.value(KEY)
    return found.sends if isinstance(found, Session) else 0


def wait_for_models() -> None:
    """Wait for the connection's models, a second at most, if they are not known yet; ask for their prices."""
    connection = held().connection
    if not connection.needs_key:
        app.get().engine.catalogue.prices(connection)
        app.get().engine.catalogue.listing(connection, wait_seconds=1.0)


def elsewhere() -> Session:
    """Return the session on a page other than the chat, or switch to the page that a callback asked for."""
    session = held()
    # Reset before the switch: `st.switch_page` ends the script.
    wanted, session.next_page = session.next_page, None
    if wanted:
        st.switch_page(wanted)
    return session


def new_conversation(like: Conversation | None = None) -> Conversation:
    """Return a conversation without messages, with the choices of `like`."""
    now = datetime.now(UTC)
    fresh = Conversation(new_id(), "", now, now, model=default_model())
    return with_choices(fresh, like) if like else fresh


def default_model() -> str | None:
    """Return the model that a new chat starts with; `None` is the first one listed."""
    model = app.get().default_model
    return model if model and person.may_use(model) else None


def with_choices(conversation: Conversation, like: Conversation) -> Conversation:
    """Return the conversation with the model, system prompt and parameters of `like`."""
    return replace(conversation, model=like.model, system_prompt=like.system_prompt, params=like.params)
