"""Tests that break things on purpose. They are long, so only “make chaos” runs them."""
