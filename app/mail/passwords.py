"""Mails about a password: the link that sets it, and that it was changed.

They go to the address of the account alone, and name nobody.
"""

from app.mail import letters, smtp
from app.mail.letters import Letter
from app.models.mail import is_on
from app.models.password_resets import digest
from app.operations import password_resets
from app.queries import mail, sites, users


def send_link(user_id: int, language: str) -> None:
    """Mails a new link to who was asked for, if there is somebody; a repeat ends the one before."""
    made = password_resets.make(user_id) if is_on() else None
    if made is None:
        return
    number = digest(made.token)[:16]
    give("password", user_id, language, made.email, number, f"/password/{made.token}")


def tell(user_id: int, language: str, changed_at: int) -> None:
    """Tells somebody that their password was changed."""
    person = users.person(user_id)
    if person is None or not (person.is_active and person.email and is_on()):
        return
    if not mail.is_unwanted(person.email):
        give("password_changed", user_id, language, person.email, changed_at, "/password")


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
