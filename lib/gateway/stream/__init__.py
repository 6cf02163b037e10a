"""From the bytes of an answer to the events of a tape: lines, chunks, and the parts of a chunk."""
