"""How an e-mail address is written here: one spelling, whichever of its own somebody uses."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

LONGEST = 254


def checked(address: str) -> str:
    """The one spelling of an address. Raises `email_validator.EmailNotValidError` for what is none.

    A host in its `xn--` form is written in its letters, a decomposed accent as one letter, a
    full-width dot as a dot, and all in lower case.
    """
    found = validate_email(address.strip(), check_deliverability=False, test_environment=True)
    return spelled(found.normalized)


def normal(address: str) -> str:
    """The same for whoever is looked for; what is no address stays one that nobody has."""
    # No longer than it can be: what somebody sends is not all looked through.
    address = address.replace("\x00", "").strip()[: LONGEST + 1]
    try:
        return checked(address)
    except EmailNotValidError:
        return spelled(address)


def on_the_wire(address: str) -> str:
    """As mail servers take it: the host in its `xn--` form."""
    name, _at, host = address.rpartition("@")
    found = validate_email(f"a@{host}", check_deliverability=False, test_environment=True)
    return f"{name}@{found.ascii_domain}"


def spelled(address: str) -> str:
    return unicodedata.normalize("NFC", address.lower())
