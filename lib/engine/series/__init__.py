"""Many replies one after the other, with or without a page: deck runs and repeats."""
