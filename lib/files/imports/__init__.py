"""Exports of this program and of others, read as streams."""
