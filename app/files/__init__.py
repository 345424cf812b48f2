"""What files hold: how it arrives, is looked at, stored and given out (`docs/files.md`)."""
