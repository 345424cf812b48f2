"""Protocol 001."""
