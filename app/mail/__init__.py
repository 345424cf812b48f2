"""The room of mail: replies that come in. `docs/mail-replies.md`."""
