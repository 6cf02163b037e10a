"""Values only: messages, conversations, the tape and its fold, usage, errors, markdown blocks.

Nothing here does I/O, reads a clock or imports anything outside the standard library, except pydantic where
JSON comes in (`text/validation.py`).
"""
