"""What somebody shows to others here: all who sign in, or one person."""

from enum import StrEnum

from lib.i18n.translation import mark

EVERYBODY = "everybody"
"""Stands where the id of a person would: all who sign in."""


class GrantKind(StrEnum):
    """What can be shown."""

    CONVERSATION = "conversation"
    """As a copy, made when it is shown."""
    COMPARISON = "comparison"
    DECK = "deck"
    """It may also be edited."""
    RECORDING = "recording"


KINDS = {
    GrantKind.CONVERSATION: mark("Chat"),
    GrantKind.COMPARISON: mark("Comparison"),
    GrantKind.DECK: mark("Prompt set"),
    GrantKind.RECORDING: mark("Recording"),
}
"""Names for people, marked for translation."""
