"""The forms of logging in, registering and names. Operations decide what is valid; forms show."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from app.errors import Malformed
from app.models.users import EMAIL_LENGTH, Actor
from app.operations.passwords import LONGEST, SHORTEST
from app.queries.users import Person


def id_of(text: str) -> int:
    """An id, or another number of ours, that a form or an address names. Raises `Malformed`."""
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise Malformed
    return int(text)


class DoorForm(FlaskForm):
    @property
    def focused(self) -> Field:
        """Where one goes on writing: what was refused, else what is empty."""
        fields = [field for field in self if not isinstance(field, HiddenField)]
        refused = [field for field in fields if field.errors]
        # No browser gets a password back.
        empty = [field for field in fields if not field.data or isinstance(field, PasswordField)]
        return (refused or empty)[0]


def name_field(missing: str, autocomplete: str) -> StringField:
    """A name, and what is said where there is none; too long it is refused in words, not cut."""
    shown = {"autocomplete": autocomplete}
    return StringField(_l("Name"), [DataRequired(missing)], render_kw=shown)


def email_field(missing: str, autocomplete: str) -> EmailField:
    """An address, and what is said where there is none."""
    shown = {"autocomplete": autocomplete, "maxlength": EMAIL_LENGTH, "spellcheck": "false"}
    return EmailField(_l("E-mail address"), [DataRequired(missing)], render_kw=shown)


class LoginForm(DoorForm):
    email = email_field(_l("Please write your e-mail address."), "username")
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Please write your password."))],
        render_kw={"autocomplete": "current-password", "maxlength": LONGEST},
    )


class RegisterForm(DoorForm):
    name = name_field(_l("Please write your name."), "name")
    email = email_field(_l("Please write your e-mail address."), "email")
    password = PasswordField(
        _l("Password"),
        [
            DataRequired(_l("Please choose a password.")),
            Length(min=SHORTEST, message=_l("At least 8 characters, please.")),
        ],
        description=_l("At least 8 characters"),
        render_kw={
            "autocomplete": "new-password",
            "minlength": SHORTEST,
            "maxlength": LONGEST,
        },
    )


class ChangeForm(DoorForm):
    """What somebody is called. Besides, it says what it showed: who changes one thing does not undo
    what was done to another one meanwhile."""

    name_shown = HiddenField()
    email_shown = HiddenField()

    def __init__(self, person: Actor | Person) -> None:
        super().__init__(obj=person, name_shown=person.name, email_shown=person.email)

    @property
    def changes(self) -> dict[str, str]:
        """By field what is to be another one."""
        named = ((name, self[name].data, self[f"{name}_shown"].data) for name in ("name", "email"))
        return {name: wanted for name, wanted, shown in named if wanted != shown}


class PersonForm(ChangeForm):
    """What an admin says of somebody."""

    name = name_field(_l("Please write a name."), "off")
    email = email_field(_l("Please write an e-mail address."), "off")


class AccountForm(ChangeForm):
    """What customers say of themselves."""

    name = name_field(_l("Please write your name."), "name")
    email = email_field(_l("Please write your e-mail address."), "email")
    password = PasswordField(
        _l("Password"),
        description=_l("Only for another e-mail address"),
        render_kw={"autocomplete": "current-password", "maxlength": LONGEST},
    )


def show_errors(form: FlaskForm, fields: Mapping[str, Any] | None, message: Any) -> None:
    """What an operation refused, at the fields that it named, else above the form."""
    named = {name: said for name, said in (fields or {}).items() if name in form}
    for name, said in named.items():
        form[name].errors = [*form[name].errors, said]
    if not named:
        form.form_errors.append(message)
