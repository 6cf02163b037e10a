"""Values only: conversations, replies and their tapes, comparisons and decks, texts, models, imports.

Nothing here does I/O or imports anything outside the standard library, except pydantic where JSON comes in
(`text/validation.py`).
"""
