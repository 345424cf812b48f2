"""A letter: what a mail says, and the bytes that go over the wire.

The standard library writes them: it refuses an end of a line in a header, so that nothing that
people are called or write can add one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from flask import current_app, stream_template
from flask_babel import force_locale
from flask_babel import gettext as _

from app import addresses, clock
from app.concurrency import in_pieces

# Bodies are folded, headers never: what is folded within an address or an id is another one.
UNFOLDED = SMTP.clone(max_line_length=None)
BODY = SMTP.clone(cte_type="7bit")  # any server takes it


@dataclass(frozen=True)
class Letter:
    """To one person, as text and as HTML. A repeat has the same `message_id`."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def bytes(self) -> bytes:
        message = EmailMessage(policy=BODY)
        message["From"] = as_written(current_app.config["MAIL_FROM"])
        message["To"] = as_written(Address("", *self.to.rsplit("@", 1)))
        message["Subject"] = " ".join(self.subject.split())
        message["Date"] = clock.moment(clock.now())
        message["Message-ID"] = self.message_id
        for name, value in self.headers.items():
            message[name] = value
        # A machine wrote it: nobody's machine is to answer.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        is_international = not addresses.on_the_wire(self.to).isascii()
        return message.as_bytes(policy=UNFOLDED.clone(utf8=is_international))


def rendered(name: str, language: str, **values: Any) -> dict[str, str]:
    """The `text` and `html` of the letter that is called so."""
    with force_locale(language):
        return {
            kind: "".join(in_pieces(stream_template(f"mail/{name}.{end}", **values))).strip() + "\n"
            for kind, end in (("text", "txt"), ("html", "html"))
        }


def said(language: str, letter: str, **values: str) -> str:
    """The subject of the letter that is called so."""
    with force_locale(language):
        site = values["site"]
        subjects: dict[str, str] = {
            "answers": _("Your chat with %(site)s", site=site),
            "verification": _("Please confirm your e-mail address for %(site)s", site=site),
            "copy": _("Chat %(number)s with %(site)s", site=site, number=values.get("number", "")),
            "invitation": _("You are invited to %(site)s", site=site),
            "code": _("Your code for the chat with %(site)s", site=site),
            "password": _("A new password for %(site)s", site=site),
            "password_changed": _("Your password for %(site)s was changed", site=site),
        }
        return subjects[letter]


def message_id(*parts: object) -> str:
    """`<answers-12@example.com>`, at the domain that mail is from."""
    return f"<{'-'.join(map(str, parts))}@{as_written(current_app.config['MAIL_FROM']).domain}>"


def sender() -> str:
    """Whom mail is from, by address alone."""
    return as_written(current_app.config["MAIL_FROM"]).addr_spec


def link(path: str) -> str:
    """A page of this desk, as it is reached from outside."""
    return f"{current_app.config['PUBLIC_URL']}{path}"


def as_written(address: Address) -> Address:
    host = addresses.on_the_wire(address.addr_spec).rpartition("@")[2]
    return Address(address.display_name, address.username, host)
