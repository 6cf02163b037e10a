"""Runs replies, journals, cancels and recovers them; runs decks, plays recordings, looks up models.

The only folder with threads and an event loop.
"""
