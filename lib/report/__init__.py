"""Recordings as files for people: HTML, Markdown, CSV. It imports values only, and no room but `lib.chat`."""
