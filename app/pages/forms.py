"""The forms of logging in, registering, names and sites. Operations decide; forms show."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from app.errors import Malformed
from app.extensions import csrf
from app.models.sites import GREETING_LENGTH, SiteState
from app.models.users import EMAIL_LENGTH, Actor
from app.operations.passwords import LONGEST, SHORTEST
from app.operations.sites import FARTHEST, NEW
from app.queries.users import Person

P = ParamSpec("P")
T = TypeVar("T")
PLAIN = ("name", "colour", "edge", "distance", "greeting")


def id_of(text: str) -> int:
    """An id, or another number of ours, that a form or an address names. Raises `Malformed`."""
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise Malformed
    return int(text)


def check_proof(view: Callable[P, T]) -> Callable[P, T]:
    """A view that asks for the token against forgery, unless somebody is here by a token of their
    own, which no other site can send."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        if current_app.config["WTF_CSRF_ENABLED"] and request.authorization is None:
            csrf.protect()
        return view(*args, **kwargs)

    return checked


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
    """Besides what is written it says what it showed, in `name_shown` of each `name`: who changes
    one thing does not undo what was done to another one meanwhile."""

    def __init__(self, **shown: Any) -> None:
        super().__init__(data=shown | {f"{name}_shown": value for name, value in shown.items()})

    @property
    def changes(self) -> dict[str, Any]:
        """By field what is to be another one; blanks and ends of lines make no difference."""
        named = (
            (each, self[f"{each.name}_shown"]) for each in self if f"{each.name}_shown" in self
        )
        return {
            each.name: each.data
            for each, shown in named
            if str(each.data).split() != str(shown.data).split()
        }


class CalledForm(ChangeForm):
    """What somebody is called."""

    name_shown = HiddenField()
    email_shown = HiddenField()

    def __init__(self, person: Actor | Person) -> None:
        super().__init__(name=person.name, email=person.email)


class PersonForm(CalledForm):
    """What an admin says of somebody."""

    name = name_field(_l("Please write a name."), "off")
    email = email_field(_l("Please write an e-mail address."), "off")


class AccountForm(CalledForm):
    """What customers say of themselves."""

    name = name_field(_l("Please write your name."), "name")
    email = email_field(_l("Please write your e-mail address."), "email")
    password = PasswordField(
        _l("Password"),
        description=_l("Only for another e-mail address"),
        render_kw={"autocomplete": "current-password", "maxlength": LONGEST},
    )


class SiteForm(ChangeForm):
    """Who may embed the chat of a site, and how it looks there."""

    name_shown = HiddenField()
    origins_shown = HiddenField()
    colour_shown = HiddenField()
    edge_shown = HiddenField()
    distance_shown = HiddenField()
    greeting_shown = HiddenField()
    name = name_field(_l("Please write a name."), "off")
    origins = TextAreaField(
        _l("Allowed origins"),
        description=_l(
            "The pages on which the chat may be, one a line: https://shop.example.com, or "
            "https://*.example.com for all below it."
        ),
        render_kw={"rows": 3, "spellcheck": "false", "autocapitalize": "none", "dir": "ltr"},
    )
    colour = StringField(
        _l("Colour"),
        render_kw={"maxlength": 7, "spellcheck": "false", "autocomplete": "off", "dir": "ltr"},
    )
    edge = StringField(_l("Side"))
    distance = IntegerField(
        _l("Distance from the edges"),
        description=_l("In pixels"),
        render_kw={"type": "number", "min": 0, "max": FARTHEST},
    )
    greeting = StringField(
        _l("Greeting"),
        description=_l("Shown beside the button. Without one there is the button alone."),
        render_kw={"maxlength": GREETING_LENGTH, "autocomplete": "off", "dir": "auto"},
    )

    def __init__(self, site: SiteState | None = None) -> None:
        said: dict[str, Any] = site._asdict() if site else dict(NEW)
        if site and not site.name:
            said["name"] = current_app.config["SITE_NAME"]  # which it goes by
        origins = "\n".join(site.allowed if site else ())
        super().__init__(**{name: said[name] for name in PLAIN}, origins=origins)

    @property
    def wanted(self) -> dict[str, Any]:
        """All that it says."""
        return self.said((*PLAIN, "origins"))

    @property
    def changes(self) -> dict[str, Any]:
        return self.said(super().changes)

    def said(self, names: Iterable[str]) -> dict[str, Any]:
        said = {name: self[name].data for name in names}
        return said | {"origins": lines(said["origins"])} if "origins" in said else said


def lines(text: str) -> list[str]:
    """What is written one a line, or with blanks or commas between."""
    return text.replace(",", " ").split()


def show_errors(form: FlaskForm, fields: Mapping[str, Any] | None, message: Any) -> None:
    """What an operation refused, at the fields that it named, else above the form."""
    named = {name: said for name, said in (fields or {}).items() if name in form}
    for name, said in named.items():
        form[name].errors = [*form[name].errors, said]
    if not named:
        form.form_errors.append(message)
