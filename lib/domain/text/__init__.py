"""Texts: cut into blocks, made safe to draw, compared."""
