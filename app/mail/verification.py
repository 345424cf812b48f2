"""The link by which an address is verified. It shows nothing of a chat: it may be a stranger's.

It says itself when it ends: the address keeps its name when it is given again, or given up.
"""

from app.auth.signatures import ADDRESS, signed_until
from app.mail import letters, smtp
from app.mail.answers import stopping, unsubscribing
from app.mail.letters import Letter
from app.models.mail import is_on
from app.queries import mail, sites

LINK_MS = 3 * 24 * 3600 * 1000


def send(user_id: int) -> None:
    """Mails the link to the address that somebody gave last, while it is neither verified nor
    unwanted."""
    address = mail.address_of(user_id)
    if address is None or address.verified_at or address.unsubscribed_at or not is_on():
        return
    if mail.is_unwanted(address.email):
        return
    site = sites.name_for(user_id)
    token = signed_until(address.created_at + LINK_MS, address.key, ADDRESS)
    way = letters.link(f"/mail/{token}/confirm")
    letter = Letter(
        to=address.email,
        subject=letters.said(address.language, "verification", site=site),
        message_id=letters.message_id("verification", address.key, address.created_at),
        headers=unsubscribing(address),
        **letters.rendered(
            "verification", address.language, site=site, link=way, **stopping(address)
        ),
    )
    try:
        smtp.send(letter)
    except smtp.RefusedForGood as error:
        smtp.note_refusal("verification", error)
