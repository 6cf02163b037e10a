"""What the server checks and says when it starts: who can reach it, and how the first admin gets in."""

import ipaddress
import sys
from datetime import UTC, datetime

from streamlit import config

from lib.app import App
from lib.config import ConfigurationError, Settings
from lib.domain.people.audit import SYSTEM
from lib.domain.people.people import PASSWORD, Role
from lib.i18n.translation import gettext as _
from lib.i18n.translation import lazy
from lib.store.database.errors import StoreError
from lib.web.sign_in.accounts import INVITE


def check(settings: Settings) -> None:
    """Refuse to show one person's chats to a network. Raises `ConfigurationError`."""
    address = str(config.get_option("server.address") or "")
    if not settings.has_sign_in and not _is_loopback(address):
        raise ConfigurationError(
            lazy(
                "The address {address} can be reached from other machines, and CHAT_SIGN_IN is off. "
                "Set it to guest, password, oidc or header, or use the address 127.0.0.1.",
                address=address,
            )
            if address
            else lazy(
                "This server can be reached from other machines, and CHAT_SIGN_IN is off. "
                "Set it to guest, password, oidc or header, or use the address 127.0.0.1."
            )
        )


def invite_first_admin(application: App) -> None:
    """Print a link under which the first admin makes an account, if people need one and none can sign in."""
    store = application.store
    if PASSWORD not in application.settings.sign_in.ways or application.storage_problem:
        return
    try:
        if store.people.admins(issuer=PASSWORD):
            return
        token = store.invitations.add("", Role.ADMIN, datetime.now(UTC), SYSTEM)
    except StoreError:
        return  # the log has said why
    hosts, port = application.settings.allowed_hosts, config.get_option("server.port")
    # A server with a name of its own is behind a proxy, which speaks https.
    origin = f"https://{hosts[0]}" if hosts else f"http://localhost:{port}"
    told = _("There is no admin yet. Whoever opens this link becomes one; it works once, for three days:")
    sys.stderr.write(f"  {told}\n  {origin}{application.settings.address(INVITE)}{token}\n")
    sys.stderr.flush()


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
