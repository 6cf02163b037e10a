"""Uploads: checked, converted and kept. The only folder that imports Pillow, pypdf and chardet."""
