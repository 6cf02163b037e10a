"""Uploads: checked, converted and stored. The only folder that imports Pillow, pypdf and chardet."""
