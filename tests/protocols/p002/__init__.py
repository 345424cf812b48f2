"""Protocol 002."""
