"""The room of mail: what goes out, to whom, and replies that come in.

`docs/mail.md` and `docs/mail-replies.md`.
"""
