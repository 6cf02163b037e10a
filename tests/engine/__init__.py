"""Tests of `lib.engine`."""
