"""Whose address is whose: from where somebody's mail is taken as theirs."""

from app import addresses
from app.queries import users


def address_of(user_id: int) -> set[str]:
    """The addresses that are known to be this person's, as they are written here."""
    found = users.by_ids([user_id]).get(user_id)
    return {addresses.normal(found.email)} if found and found.email else set()
