"""Turns any server's failure into one `ChatError`."""
