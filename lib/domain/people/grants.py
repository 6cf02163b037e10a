"""What somebody shows to others here: all who sign in, or one person."""

from enum import StrEnum

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
