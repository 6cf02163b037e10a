"""Whatever a server says when it does not answer, as one `ChatError`."""
