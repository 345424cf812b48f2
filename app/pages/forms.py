"""The forms of logging in, registering, names and sites. Operations decide; forms show."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
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
from app.hours import DAYS, week_of, written
from app.models.canned_answers import FOLDER_LENGTH, CannedAnswerState
from app.models.canned_answers import NAME_LENGTH as ANSWER_NAME_LENGTH
from app.models.sites import AWAY_TEXT_LENGTH, GREETING_LENGTH, REGION_LENGTH, SiteState
from app.models.users import EMAIL_LENGTH, Actor
from app.operations.passwords import LONGEST, SHORTEST
from app.operations.sites import FARTHEST, NEW
from app.queries.users import Person

PLAIN = ("name", "colour", "edge", "distance", "greeting")
HOURS = (*DAYS, "time_zone", "country", "region", "holidays", "away_text", "asks", "languages")


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


class CannedAnswerForm(ChangeForm):
    """An answer that staff has at hand."""

    name_shown = HiddenField()
    folder_shown = HiddenField()
    text_shown = HiddenField()
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Please write a name."))],
        description=_l("By which it is found: refund, opening hours"),
        render_kw={"maxlength": ANSWER_NAME_LENGTH, "autocomplete": "off", "dir": "auto"},
    )
    folder = StringField(
        _l("Folder"),
        render_kw={
            "maxlength": FOLDER_LENGTH, "autocomplete": "off", "dir": "auto", "list": "folders",
        },
    )  # fmt: skip
    text = TextAreaField(
        _l("Text"),
        [DataRequired(_l("Please write something."))],
        description=_l(
            "Filled in: {customer}, {customer name}, {agent}, {agent name}, {order}, {site}, and"
            " what the site says of its visitor, by its name."
        ),
        render_kw={"rows": 8, "dir": "auto"},
    )
    is_shared = BooleanField()

    def __init__(self, answer: CannedAnswerState | None) -> None:
        shown = answer._asdict() if answer else {"name": "", "folder": "", "text": ""}
        super().__init__(**{name: shown[name] for name in ("name", "folder", "text")})
        if not self.is_submitted():
            self.is_shared.data = answer is not None and answer.is_shared

    @property
    def wanted(self) -> Any:
        return {each: self[each].data for each in ("name", "folder", "text")}

    def shared_now(self, answer: CannedAnswerState) -> bool | None:
        """Whether it is to be everybody's; nothing where that stays as it is."""
        return self.is_shared.data if self.is_shared.data != answer.is_shared else None


class AccountForm(CalledForm):
    """What customers say of themselves."""

    name = name_field(_l("Please write your name."), "name")
    email = email_field(_l("Please write your e-mail address."), "email")
    password = PasswordField(
        _l("Password"),
        description=_l("Only for another e-mail address"),
        render_kw={"autocomplete": "current-password", "maxlength": LONGEST},
    )


class WordsField(StringField):
    """Boxes of one name that can be checked: what is chosen, with blanks between.

    A form with such boxes says their name once without a value, or none would be no answer.
    """

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = " ".join(filter(None, valuelist))


class HoursForm(ChangeForm):
    """When somebody is there, what is said and asked, and in which languages."""

    time_zone_shown = HiddenField()
    monday_shown = HiddenField()
    tuesday_shown = HiddenField()
    wednesday_shown = HiddenField()
    thursday_shown = HiddenField()
    friday_shown = HiddenField()
    saturday_shown = HiddenField()
    sunday_shown = HiddenField()
    country_shown = HiddenField()
    region_shown = HiddenField()
    holidays_shown = HiddenField()
    away_text_shown = HiddenField()
    asks_shown = HiddenField()
    languages_shown = HiddenField()
    time_zone = StringField(_l("Time zone"))
    monday = StringField()
    tuesday = StringField()
    wednesday = StringField()
    thursday = StringField()
    friday = StringField()
    saturday = StringField()
    sunday = StringField()
    country = StringField(_l("Public holidays of"))
    region = StringField(
        _l("Region"),
        description=_l("By its code, as BY for Bavaria. Empty for the country's holidays alone."),
        render_kw={"maxlength": REGION_LENGTH, "autocomplete": "off", "spellcheck": "false"},
    )
    holidays = TextAreaField(
        _l("Holidays of your own"),
        description=_l("One a line: 2026-12-24 Christmas Eve"),
        render_kw={"rows": 2, "spellcheck": "false", "dir": "auto"},
    )
    away_text = TextAreaField(
        _l("What is said then"),
        description=_l("Empty for the usual words, in the visitor's language."),
        render_kw={"rows": 2, "maxlength": AWAY_TEXT_LENGTH, "dir": "auto"},
    )
    asks = StringField(_l("Before the first message, ask for"))
    languages = WordsField(_l("Languages of the chat"))

    @staticmethod
    def hours_of(site: SiteState | None) -> dict[str, Any]:
        """What is shown of a site, or of one that is still to be made."""
        if site is None:
            return {"time_zone": NEW["time_zone"], "asks": "nothing"}
        named = ("time_zone", "country", "region", "away_text", "languages")
        asks = ("email" if site.wants_email else "name") if site.asks_first else "nothing"
        week = zip(DAYS, map(written, week_of(site.hours)), strict=True)
        own = "\n".join(f"{day} {name}".strip() for day, name in site.own_holidays)
        return (
            {name: getattr(site, name) for name in named}
            | dict(week)
            | {
                "asks": asks,
                "holidays": own,
            }
        )

    def hours_said(self, names: Collection[str]) -> dict[str, Any]:
        """Of the fields of these names what an operation takes."""
        named = ("time_zone", "country", "region", "holidays", "away_text", "languages")
        said: dict[str, Any] = {name: self[name].data or "" for name in named if name in names}
        if "languages" in said:
            said["languages"] = said["languages"].split()
        if not set(DAYS).isdisjoint(names):
            said["hours"] = [self[day].data or "" for day in DAYS]
        if "asks" in names:
            said["asks_first"] = self.asks.data in ("name", "email")
            said["wants_email"] = self.asks.data == "email"
        return said


class SiteForm(HoursForm):
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
        shown = {name: said[name] for name in PLAIN} | self.hours_of(site)
        super().__init__(**shown, origins=origins)

    @property
    def wanted(self) -> dict[str, Any]:
        """All that it says."""
        return self.said((*PLAIN, *HOURS, "origins"))

    @property
    def changes(self) -> dict[str, Any]:
        return self.said(super().changes)

    def said(self, names: Collection[str]) -> dict[str, Any]:
        said = {name: self[name].data for name in names if name not in HOURS}
        said |= self.hours_said(names)
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
