"""The code that lets one write who was shown a chat by a link: to the verified address alone."""

from app.mail import letters, smtp
from app.mail.letters import Letter
from app.models.mail import is_on
from app.operations import chat_links
from app.queries import links, mail, sites


def send(link_id: int) -> None:
    """Mails a new code; another attempt mails another one, and the one before is void."""
    link = links.by_id(link_id)
    address = link and mail.address_of(link.user_id)
    if link is None or address is None or not address.takes_mail or not is_on():
        return
    code = chat_links.new_code(link_id)
    if code is None:
        return
    site = sites.name_for(link.user_id)
    said = letters.rendered("code", address.language, site=site, code=code)
    letter = Letter(
        to=address.email,
        subject=letters.said(address.language, "code", site=site),
        text=said["text"],
        html=said["html"],
        message_id=letters.message_id("code", link_id, chat_links.digest(link_id, code)[:16]),
    )
    try:
        smtp.send(letter)
    except smtp.RefusedForGood as error:
        smtp.note_refusal("code", error)
