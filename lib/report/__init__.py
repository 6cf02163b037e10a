"""Recordings as files for people: HTML, Markdown, CSV. It imports `lib.domain` and nothing else of ours."""
