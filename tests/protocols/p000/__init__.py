"""Protocol 000."""
