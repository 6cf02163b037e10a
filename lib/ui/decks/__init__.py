"""The decks page."""
