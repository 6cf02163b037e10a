"""Tests of `lib.domain`."""
