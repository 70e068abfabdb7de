"""National crisis lines, and the words people type when they need one of them."""
