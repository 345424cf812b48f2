"""The room of what can wait. `docs/jobs.md` explains it."""
