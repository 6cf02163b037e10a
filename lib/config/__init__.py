"""Settings: each variable, where its value comes from, and what it means to the rest."""

from lib.config.settings import ROOT, Settings, languages, read
from lib.config.sign_in import Oidc, SignIn
from lib.config.values import LARGEST_FILE, ConfigurationError
from lib.config.variables import VARIABLES, Variable

__all__ = [
    "LARGEST_FILE",
    "ROOT",
    "VARIABLES",
    "ConfigurationError",
    "Oidc",
    "Settings",
    "SignIn",
    "Variable",
    "languages",
    "read",
]
