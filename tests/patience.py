"""How long a test waits for what must come."""

PATIENCE = 20.0
"""Seconds to wait for anything: far more than it takes, so that a busy machine fails no test."""
