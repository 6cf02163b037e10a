"""A tab's chat: what is open, written, sent and followed."""
