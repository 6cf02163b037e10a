"""The models page and the connection check."""
