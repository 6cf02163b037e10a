"""The settings, a section each, and the dialogs that belong to them."""
