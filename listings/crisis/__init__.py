"""National crisis lines, and the phrases that lead to them."""
