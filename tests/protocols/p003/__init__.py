"""Protocol 003."""
