"""A reply: its tape, the fold of it, tokens, errors, how it ended."""
