"""Recordings as files for people: HTML, Markdown, CSV. It imports nothing of ours but `lib.domain`."""
