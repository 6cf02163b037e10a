"""People, where they are signed in, and what they may do."""
