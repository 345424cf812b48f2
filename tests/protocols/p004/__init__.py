"""Protocol 004."""
