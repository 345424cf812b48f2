"""Redactions on the wire."""

from app.schemas.wire import Id, Text, Wire


class Redaction(Wire):
    """The exact words that are hidden for good, wherever they stand in the message."""

    words: Text


class RedactMessage(Redaction):
    """`redact_message`."""

    message_id: Id


class RedactFile(Wire):
    """`redact_file`."""

    message_id: Id
    file_id: Id
