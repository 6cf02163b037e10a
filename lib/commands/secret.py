"""`python -m lib secret`: the secret that signs cookies and encrypts what is stored."""

import argparse
from contextlib import closing

from lib import app
from lib.commands import OK
from lib.config import ConfigurationError, Settings
from lib.domain.people.audit import COMMAND_LINE
from lib.files.secret import InstallationSecret
from lib.i18n.translation import gettext as _
from lib.i18n.translation import mark

FORGET = mark("drop older ones: everybody signs in again, and guests lose their chats for good")


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `secret`."""
    actions = command.add_subparsers(dest="action", required=True)
    rotate = actions.add_parser(
        "rotate", help=_("make a new secret; what older ones signed is still accepted")
    )
    rotate.add_argument("--forget-old", action="store_true", help=_(FORGET))


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Change the secret, also while the app runs; return the exit status."""
    with closing(app.open_store(settings)) as store:
        try:
            secret = app.open_secret(settings)
        except ConfigurationError as error:
            raise ValueError(str(error)) from None
        # In this order: at each moment, what is stored can be read with the file as it is.
        secret.rotate()
        store.settings.reencrypt(lambda text: _encrypted_anew(secret, text), COMMAND_LINE)
        if options.forget_old:
            secret.forget_old()
            store.sign_ins.end_everybodys(COMMAND_LINE)
            print(_("A new secret is in use, and the older ones are forgotten. Everybody signs in again."))
            print(_("Guests come back as new people: nobody can get at their old chats again."))
        else:
            print(_("A new secret is in use. What the older ones signed is still accepted."))
    return OK


def _encrypted_anew(secret: InstallationSecret, text: str) -> str:
    key = secret.decrypt(app.GATEWAY_KEY, text)
    return secret.encrypt(app.GATEWAY_KEY, key) if key else text
