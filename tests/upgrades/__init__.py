"""Databases as earlier releases left them, to be upgraded by the tests."""
