"""Recordings, made and played, and replies that are shown at one speed."""
