"""The room of mail: what goes out, to whom, and the server that takes it. `docs/mail.md`."""
