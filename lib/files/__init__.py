"""Uploads, imports and decks as files, and the folder of images and sounds.

The only folder that imports Pillow, pypdf, chardet and PyYAML.
"""
