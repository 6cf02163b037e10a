"""One module a kind of file: what is in it, as text or as an image."""
