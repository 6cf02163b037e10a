"""Formulas and chemistry in markdown, as TeX that every renderer supports."""
