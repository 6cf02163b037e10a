"""Pages in plain HTML, which work without JavaScript: what they have in common, and the one about the app."""
