"""Every word of the sign-in pages: another language is another file like this one."""

SIGN_IN = "Sign in"
EMAIL, PASSWORD, PASSPHRASE = "E-mail", "Password", "Passphrase"
ENTER_AS_GUEST = "Continue as a guest"
GUEST_HINT = "No account: this browser keeps its own chats, which nobody else sees."
PROVIDER_FAILED = "Your organization’s sign-in did not work. Try again, or ask an admin."
NOT_LET_IN = "Your organization knows you, but you are not let in here. Ask an admin."
WITH_PROVIDER = "Sign in with your organization"
WRONG_PASSWORD = "This e-mail and password do not match an account here."  # noqa: S105 - a sentence
WRONG_PASSPHRASE = "This is not the passphrase."  # noqa: S105 - a sentence
TOO_MANY = "Too many failed attempts. Try again in {} seconds."
OLD_FORM = "This page was open for too long. Try again."
NO_DATABASE = "Nobody can be signed in now: the database cannot be used. Try again in a minute."
SIGN_OUT = "Sign out"
CHANGE_PASSWORD = "Change your password"  # noqa: S105 - a title
CURRENT, NEW = "Current password", "New password"
WRONG_CURRENT = "This is not your current password."
CHOOSE_PASSWORD = "Choose your password"  # noqa: S105 - a title
AGAIN = "Password, once more"
SAVE, CHANGE = "Save and sign in", "Change password"
NO_EMAIL = "This is not an e-mail address."
NOT_THE_SAME = "The two passwords are not the same."
GONE_TITLE = "This link does not work any more"
GONE = "It was used, or it has expired. Ask an admin for a new one."
