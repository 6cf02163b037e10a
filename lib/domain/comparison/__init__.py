"""Models side by side: comparisons, votes, decks and their runs, recordings and how they are played."""
