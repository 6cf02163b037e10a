"""A reply and a message, as every screen draws them."""
