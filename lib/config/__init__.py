"""Settings: each variable, where its value comes from, and what it means to the rest."""

from lib.config.listening import listening_address
from lib.config.settings import ROOT, Settings, languages, log_format, read, unknown
from lib.config.sign_in import Oidc, SignIn
from lib.config.values import LARGEST_FILE, ConfigurationError
from lib.config.variables import VARIABLES, Variable

VERSION = "0.1.0"
"""The app's version, as the changelog has it."""

__all__ = [
    "LARGEST_FILE",
    "ROOT",
    "VARIABLES",
    "VERSION",
    "ConfigurationError",
    "Oidc",
    "Settings",
    "SignIn",
    "Variable",
    "languages",
    "listening_address",
    "log_format",
    "read",
    "unknown",
]
