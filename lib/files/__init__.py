"""Uploads: the only room that imports Pillow and pypdf. It checks, converts and keeps them."""
