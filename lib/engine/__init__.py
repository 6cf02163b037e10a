"""Runs replies, journals them, cancels, recovers. The only folder with threads and an event loop."""
