"""The field in which models are chosen: a button, and behind it a list to search."""
