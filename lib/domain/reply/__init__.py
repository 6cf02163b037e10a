"""A reply: its tape, its fold, its tokens, its errors and its end."""
