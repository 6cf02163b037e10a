"""What `argparse` says by itself, in the language of whoever types."""

import argparse

from lib.i18n.translation import gettext, mark, mark_plural, ngettext

WORDS = (
    mark("usage: "),
    mark("options"),
    mark("positional arguments"),
    mark("show this help message and exit"),
    mark("%(prog)s: error: %(message)s\n"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("the following arguments are required: %s"),
    mark("unrecognized arguments: %s"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("invalid %(type)s value: %(value)r"),
    mark("expected one argument"),
    mark("expected at least one argument"),
    mark("not allowed with argument %s"),
    mark("one of the arguments %s is required"),
    mark_plural("expected %s argument", "expected %s arguments"),
)
"""The texts of Python's `argparse` that our commands can meet."""


def arguments_in_words() -> None:
    """Let `argparse` look its texts up in our catalogues: it calls these names of its own module."""
    vars(argparse).update(_=gettext, ngettext=ngettext)
