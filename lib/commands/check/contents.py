"""What is stored and must fit the rest: the connection's key, and whether there is an admin."""

from collections.abc import Iterator
from contextlib import closing

from lib import app
from lib.commands.check import gateway
from lib.commands.check.finding import Finding, error, warning
from lib.config import Settings
from lib.domain.people.people import PASSWORD, Role
from lib.files.secret import InstallationSecret, SecretError
from lib.i18n.translation import lazy
from lib.store import Store


def findings(settings: Settings) -> Iterator[Finding]:
    """Check a database of the current schema that can be used; one that is not made yet holds nothing."""
    file = settings.data_dir / app.DATABASE
    with closing(Store(settings.database_url.reveal() if settings.database_url else file)) as store:
        store.settings.is_in_force = settings.has_admins
        stored = store.settings.gateway()
        if stored and stored.encrypted_key and not _can_decrypt(settings, stored.encrypted_key):
            yield error(
                "stored_key",
                lazy("The key that is set on the admin page was encrypted with another secret."),
                lazy("Put the installation's secret back, or set the key again on the admin page."),
            )
        else:
            yield from gateway.findings(settings, has_stored_key=stored is not None)
        if settings.has_admins and not _has_admin(settings, store):
            yield warning(
                "admin",
                lazy("There is no admin yet."),
                lazy("Open the link that the next start of the app prints.")
                if PASSWORD in settings.sign_in.ways
                else lazy("Let somebody sign in, then run `python -m lib user role WHO admin`."),
            )


def _can_decrypt(settings: Settings, text: str) -> bool:
    file = settings.secret_file or settings.data_dir / app.SECRET
    try:
        return file.exists() and InstallationSecret(file).decrypt(app.GATEWAY_KEY, text) is not None
    except SecretError:
        return False


def _has_admin(settings: Settings, store: Store) -> bool:
    return any(
        each.role is Role.ADMIN and not each.disabled_at and each.issuer in _issuers(settings)
        for each in store.people.all()
    )


def _issuers(settings: Settings) -> set[str]:
    """Of the people who can sign in now."""
    oidc = settings.sign_in.oidc
    return {*settings.sign_in.ways, oidc.issuer if oidc else ""}
