"""The recordings page, the player and the presentation."""
