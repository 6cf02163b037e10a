"""What JavaScript does around every page."""
