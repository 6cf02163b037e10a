"""Whether something can answer, and how requests get there."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lib.commands.check.finding import Finding, error, ok, warning
from lib.config import Settings
from lib.i18n.translation import lazy


def findings(settings: Settings, *, has_stored_key: bool) -> Iterator[Finding]:
    """Check the connection of the settings; an admin may have stored another key, which comes first."""
    connection = settings.connection
    if has_stored_key:
        yield ok("key", lazy("The connection is set on the admin page."))
    elif settings.wants_local_model and settings.has_sign_in:
        yield warning(
            "local_model",
            lazy("The embedded model answers everybody: a small one, on this machine's processor."),
            lazy("Set KKIAI_API_KEY_FILE, or CHAT_LOCAL_MODEL=off."),
        )
    elif settings.wants_local_model:
        yield ok("local_model", lazy("The embedded model answers."))
    elif not connection.needs_key:
        yield ok("key", lazy("Requests go to {base_url}.", base_url=connection.base_url))
    elif settings.has_own_keys:
        yield ok("key", lazy("There is no API key: each person has to paste one of their own."))
    else:
        yield error(
            "key",
            lazy("There is no API key, so nothing can be asked."),
            lazy("Set KKIAI_API_KEY or KKIAI_API_KEY_FILE, or the connection on the admin page.")
            if settings.has_admins
            else lazy("Set KKIAI_API_KEY or KKIAI_API_KEY_FILE."),
        )
    if urlsplit(connection.base_url).scheme == "http" and not connection.is_loopback:
        yield warning(
            "plain_http",
            lazy("KKIAI_BASE_URL is plain http: the key and every message can be read on the way."),
            lazy("Use https, unless you trust the network."),
        )
