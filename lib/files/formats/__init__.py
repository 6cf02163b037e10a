"""One module per file format: reads the content as text or as an image."""
