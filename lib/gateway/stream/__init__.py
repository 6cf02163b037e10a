"""Parses the bytes of an answer into events of a tape: lines, chunks, and the parts of a chunk."""
