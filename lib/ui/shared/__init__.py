"""The page of what others show."""
