"""Uploads: the only room that imports Pillow, pypdf and chardet. It checks, converts and keeps them."""
