"""Lists in the sidebar: of what a page has, and of what a search finds."""
