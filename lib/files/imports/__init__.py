"""Files to import, read as streams: exports of this program and of others."""
