"""Answers by mail."""


def reply_address(chat_id: int, user_id: int) -> str | None:
    """Where a reply to mail about this chat goes; None while replies are not taken."""
    return None
