"""Around every page: its language, names, what screen readers are told, shortcuts, where the focus is."""

from pathlib import Path

from lib.i18n import locale
from lib.i18n.translation import gettext as _
from lib.ui.server.components import component
from lib.ui.state import session

SCRIPTS = ("frame.js", "focus.js", "announcer.js", "names.js", "shortcuts.js")
_frame = component("frame", *(Path(__file__).with_name(name) for name in SCRIPTS), isolate_styles=False)


def show() -> None:
    """Let the scripts do it, in the language of whoever reads the page."""
    data = {
        "language": locale.current().tag,
        "said": _said(),
        "sends": session.sends(),
        "names": _names(),
        "icons": _icons(),
        "words": _words_of_shortcuts(),
        "shortcuts": _shortcuts(),
    }
    _frame(data=data, key="frame", on_again_change=lambda: None)


def _said() -> dict[str, str]:
    """Return what is said to screen readers."""
    return {
        "answering": _("Answering"),
        "done": _("Done"),
        "stopped": _("Stopped"),
        "error": _("Error: {}"),
        "copied": _("Copied"),
    }


def _names() -> dict[str, str]:
    """Return names of Streamlit's own parts, which it knows in English only, and `Pages`, which is ours."""
    return {
        "Pages": _("Pages"),
        "Sidebar": _("Sidebar"),
        "Collapse sidebar": _("Close the sidebar"),
        "Expand sidebar": _("Open the sidebar"),
        "Copy to clipboard": _("Copy"),
        "Send message": _("Send"),
        "Upload files": _("Add files"),
        "Upload": _("Choose files"),
        "{}MB per file": _("At most {} MB each"),
        "between {} and {}": _("From {} to {}"),
        "Start recording": _("Record speech"),
        "Stop recording": _("Stop recording"),
        "Notifications": _("Notifications"),
        "Close": _("Close"),
        "Open": _("Open"),
        "Show password": _("Show the text"),
        "Hide password": _("Hide the text"),
        "Increment": _("Increase"),
        "Decrement": _("Decrease"),
        "Link to heading": _("Link to this heading"),
        "Skip to main content": _("Skip to the page"),
        "Choose an option": _("Choose"),
        "Choose options": _("Choose"),
        "Choose date": _("Choose a date"),
        "Clear value": _("Clear"),
        "Clear all": _("Clear"),
        "Clear selection": _("Clear"),
        "Show/hide columns": _("Show or hide columns"),
        "Search": _("Search"),
        "Download as CSV": _("Download CSV"),
        "Fullscreen": _("Full screen"),
        "Close fullscreen": _("Leave full screen"),
        "Feedback rating": _("Rating"),
        "Thumbs up": _("Thumbs up"),
        "Thumbs down": _("Thumbs down"),
    }


def _icons() -> dict[str, str]:
    """Return the names of icons that say something by themselves, without a word beside them."""
    return {
        "check_circle": _("Passed"),
        "cancel": _("Failed"),
        "do_not_disturb_on": _("Not supported"),
        "skip_next": _("Skipped"),
        "pending": _("Being checked"),
        "radio_button_unchecked": _("Waiting"),
        "thumb_up": _("Thumbs up"),
        "thumb_down": _("Thumbs down"),
    }


def _words_of_shortcuts() -> dict[str, str]:
    return {
        "title": _("Keyboard shortcuts"),
        "close": _("Close"),
        "alone": _("The ? key opens this list"),
        "elsewhere": _(
            "In the list of chats, arrow keys move and Enter opens. Shift+F10 opens a chat’s menu."
        ),
    }


def _shortcuts() -> list[dict[str, str]]:
    """Return the shortcuts in their order: an action of `shortcuts.js`, its keys and what it does."""
    rows = (
        ("new_chat", "Ctrl+Shift+O", _("New chat")),
        ("search", "Ctrl+K", _("Search all chats")),
        ("compose", "Shift+Escape", _("Write a message")),
        ("stop", "Escape", _("Stop the answer")),
        ("copy", "Ctrl+Shift+C", _("Copy the last answer")),
        ("regenerate", "Alt+R", _("Regenerate")),
        ("earlier", "Alt+,", _("Earlier version")),
        ("later", "Alt+.", _("Later version")),
        ("sidebar", "Ctrl+Shift+S", _("Open or close the sidebar")),
        ("list", "Ctrl+/", _("This list")),
    )
    return [{"action": action, "keys": keys, "label": label} for action, keys, label in rows]
