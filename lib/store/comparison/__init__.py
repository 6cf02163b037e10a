"""Comparisons and what is made of them: votes, rooms, decks, recordings."""
