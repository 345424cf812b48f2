"""Mails about a password: the link that sets it, and that it was changed.

They go to the address of the account alone, and name nobody. Also to one that wants no other mail:
without them whoever has an account could not come back into it, nor learn who else is in.
"""

from app.mail import letters, smtp
from app.mail.letters import Letter
from app.models.mail import is_on
from app.models.password_resets import digest
from app.operations import password_resets
from app.queries import sites, users


def send_link(user_id: int, language: str, asked_at: int) -> None:
    """Mails a new link to who was asked for, if there is somebody; a repeat ends the one before."""
    made = password_resets.make(user_id, asked_at) if is_on() else None
    if made is None:
        return
    number = digest(made.token)[:16]
    give("password", user_id, language, made.email, number, f"/password/{made.token}")


def tell(user_id: int, language: str, email: str, changed_at: int) -> None:
    """Tells somebody, at the address that they had then, that their password was changed."""
    person = users.person(user_id)
    if person is not None and person.is_active and is_on():
        give("password_changed", user_id, language, email, changed_at, "/password")


def give(name: str, user_id: int, language: str, email: str, number: object, path: str) -> None:
    site = sites.name_for(user_id)
    said = letters.rendered(name, language, site=site, link=letters.link(path))
    letter = Letter(
        to=email,
        subject=letters.said(language, name, site=site),
        text=said["text"],
        html=said["html"],
        message_id=letters.message_id(name.replace("_", "-"), user_id, number),
    )
    try:
        smtp.send(letter)
    except smtp.RefusedForGood as error:
        smtp.note_refusal(name, error)
