"""Callbacks for one cell of a comparison. They run before the page is drawn."""

from datetime import UTC, datetime

from lib import app
from lib.domain.comparison.comparisons import FEWEST_CELLS, copied_as_chat
from lib.engine.sending import new_id
from lib.ui.kit import errors
from lib.ui.shell import clipboard
from lib.ui.state import session
from lib.ui.state.comparison.comparison import held
from lib.ui.state.panel import open_panel
from lib.ui.state.person import library, person_id

INSPECT_CELL = "Inspect a cell"
"""The inspector's name as a dialog."""


def stop(cell_id: str) -> None:
    """Stop a cell's running reply and the repeats after it."""
    engine = app.get().engine
    engine.repeats.stop(person_id(), cell_id)
    running = engine.running_anywhere(person_id(), cell_id)
    for reply_id in running:
        engine.cancel(person_id(), reply_id)
    if not running:
        engine.synchronized.hurry(person_id(), cell_id)  # the replies are complete: show the rest at once


def copy(cell_id: str) -> None:
    """Copy a cell's last answer to the clipboard, as the model wrote it."""
    if cell := held().cell(cell_id):
        clipboard.copy(cell.path()[-1].content)


def inspect(cell_id: str) -> None:
    """Open the inspector on a cell's last answer."""
    open_panel(INSPECT_CELL, cell_id)


@errors.stored
def show_version(cell_id: str, message_id: str) -> None:
    """Show another version of a cell's answer."""
    if cell := held().cell(cell_id):
        cell.leaf_id = cell.newest_leaf(message_id)
        library().conversations.show(cell.id, cell.leaf_id)


@errors.stored
def take_over(cell_id: str) -> None:
    """Continue a cell in the chat: open a chat that starts with all its messages."""
    if cell := held().cell(cell_id):
        chat = copied_as_chat(cell, new_id=new_id, now=datetime.now(UTC))
        if not chat.is_temporary:
            library().conversations.take([chat])
        session.held().open(chat)


def remove(cell_id: str) -> None:
    """Remove a cell before the first question."""
    cells = held().comparison.cells
    if len(cells) > FEWEST_CELLS:
        cells[:] = [cell for cell in cells if cell.id != cell_id]
