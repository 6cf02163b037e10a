"""Exports of other programs and of this one, read as streams."""
