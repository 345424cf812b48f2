"""Does it work here? What around a desk can be wrong, and its fix in one line."""
