"""A tab's comparison, deck, recording or presentation."""
