"""Tests of `lib.chat`."""
