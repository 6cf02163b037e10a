"""Series of replies, one after another, with or without a page: deck runs and repeats."""
