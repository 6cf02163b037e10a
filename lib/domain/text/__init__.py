"""Texts: split into blocks, made safe to draw, compared."""
