"""Whose address is whose: from where somebody's mail is taken as theirs."""

from app import addresses
from app.queries import mail, users


def address_of(user_id: int) -> set[str]:
    """The addresses that are this person's, as they are written here: their account's, and the one
    that they verified for answers."""
    account, asked = users.by_ids([user_id]).get(user_id), mail.address_of(user_id)
    found = {account.email if account else "", asked.email if asked and asked.verified_at else ""}
    return {addresses.normal(email) for email in found if email}
