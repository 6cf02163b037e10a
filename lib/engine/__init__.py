"""The only room with threads and an event loop: runs replies, journals them, cancels, recovers."""
