"""Edits on the wire."""

from app.schemas.wire import Id, Text, Wire


class NewText(Wire):
    """What a message says from now on."""

    message: Text


class EditMessage(NewText):
    """`edit_message`."""

    message_id: Id


class DeleteMessage(Wire):
    """`delete_message`."""

    message_id: Id


class EarlierText(Wire):
    message: str
    until: str


class EarlierTexts(Wire):
    """What a message said before, the oldest first, each with the moment at which it was edited."""

    texts: list[EarlierText]
