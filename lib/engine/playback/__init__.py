"""Recordings: made, played by a clock, and replies shown at one pace."""
