"""The people of an installation."""

LOCAL = "local"
"""The id of the only person where nobody signs in, and the owner of what was stored before anybody did."""
