"""The forms of logging in, registering, names and sites. Operations decide; forms show."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from app.errors import Invalid, Malformed
from app.hours import DAYS, MOST_MINUTES, week_of, written
from app.models import articles
from app.models.articles import ArticleState
from app.models.availability import Colleague
from app.models.canned_answers import FOLDER_LENGTH, CannedAnswerState
from app.models.canned_answers import NAME_LENGTH as ANSWER_NAME_LENGTH
from app.models.files import FileState
from app.models.sites import AWAY_TEXT_LENGTH, GREETING_LENGTH, REGION_LENGTH, SiteState
from app.models.users import EMAIL_LENGTH, Actor
from app.operations.passwords import LONGEST, SHORTEST
from app.operations.sites import FARTHEST, NEW
from app.queries.users import Person

PLAIN = ("name", "colour", "edge", "distance", "greeting")
HOURS = (
    *DAYS,
    "time_zone",
    "country",
    "region",
    "holidays",
    "away_text",
    "asks",
    "languages",
    "rating",
    "bot",
    "asks_topic",
    "team_id",
    "answer_minutes",
    "for_desk",
)

NO_ARTICLE: dict[str, Any] = {"title": "", "text": "", "language": None, "folder": "", "place": 0}


def id_of(text: str) -> int:
    """An id, or another number of ours, that a form or an address names. Raises `Malformed`."""
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise Malformed
    return int(text)


def number_of(name: str, text: str) -> int:
    """What a field says that a number is to be written in. Raises `Invalid`."""
    try:
        return id_of(text)
    except Malformed:
        raise Invalid(fields={name: _l("Please write a number.")}) from None


class DoorForm(FlaskForm):
    @property
    def focused(self) -> Field:
        """Where one goes on writing: what was refused, else what is empty, else at the top."""
        fields = [field for field in self if not isinstance(field, HiddenField)]
        refused = [field for field in fields if field.errors]
        # No browser gets a password back.
        empty = [field for field in fields if not field.data or isinstance(field, PasswordField)]
        return (refused or empty or fields)[0]


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


# What is shown is text to a browser, which would send it to who corrects it, or change it.
AS_WRITTEN = {"spellcheck": "false", "autocapitalize": "none", "autocorrect": "off"}


def new_password_field(label: Any) -> PasswordField:
    """A password that is chosen here."""
    return PasswordField(
        label,
        [
            DataRequired(_l("Please choose a password.")),
            Length(min=SHORTEST, message=_l("At least 8 characters, please.")),
        ],
        description=_l("At least 8 characters"),
        render_kw={
            "autocomplete": "new-password",
            "minlength": SHORTEST,
            "maxlength": LONGEST,
            **AS_WRITTEN,
        },
    )


class RegisterForm(DoorForm):
    name = name_field(_l("Please write your name."), "name")
    email = email_field(_l("Please write your e-mail address."), "email")
    password = new_password_field(_l("Password"))


class InvitationForm(DoorForm):
    """Whoever is invited: the address is the invitation's."""

    name = name_field(_l("Please write your name."), "name")
    password = new_password_field(_l("Password"))


class ForgottenForm(DoorForm):
    email = email_field(_l("Please write your e-mail address."), "username")


class NewPasswordForm(DoorForm):
    password = new_password_field(_l("New password"))


class OwnPasswordForm(DoorForm):
    current = PasswordField(
        _l("Password until now"),
        [DataRequired(_l("Please write your password."))],
        render_kw={"autocomplete": "current-password", "maxlength": LONGEST, **AS_WRITTEN},
    )
    password = new_password_field(_l("New password"))


class ChangeForm(DoorForm):
    """Besides what is written it says what it showed, in `name_shown` of each `name`: who changes
    one thing does not undo what was done to another one meanwhile. With `is_anew` it shows what
    is, whatever was posted: another form of the page was."""

    def __init__(self, is_anew: bool = False, /, **shown: Any) -> None:
        posted: dict[str, Any] = {"formdata": None} if is_anew else {}
        said = shown | {f"{name}_shown": value for name, value in shown.items()}
        super().__init__(data=said, **posted)

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

    def __init__(self, person: Actor | Person, *, is_anew: bool = False) -> None:
        super().__init__(is_anew, name=person.name, email=person.email)


class PersonForm(CalledForm):
    """What an admin says of somebody."""

    name = name_field(_l("Please write a name."), "off")
    email = email_field(_l("Please write an e-mail address."), "off")


class CannedAnswerForm(ChangeForm):
    """An answer that staff has at hand."""

    name_shown = HiddenField()
    folder_shown = HiddenField()
    text_shown = HiddenField()
    files_shown = HiddenField()
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

    def __init__(self, answer: CannedAnswerState | None, files: Sequence[FileState] = ()) -> None:
        shown = answer._asdict() if answer else {"name": "", "folder": "", "text": ""}
        super().__init__(**{name: shown[name] for name in ("name", "folder", "text")})
        if not self.is_submitted():
            self.files_shown.data = " ".join(str(each.id) for each in files)
        if not self.is_submitted():
            self.is_shared.data = answer is not None and answer.is_shared

    @property
    def wanted(self) -> Any:
        return {each: self[each].data for each in ("name", "folder", "text")}

    @property
    def files(self) -> list[int]:
        """Those that it is to have, by id."""
        return [id_of(each) for each in dict.fromkeys(request.form.getlist("files"))]

    @property
    def files_now(self) -> list[int] | None:
        """The same; nothing where they stay as they are."""
        shown = {id_of(each) for each in (self.files_shown.data or "").split()}
        return None if set(self.files) == shown else self.files

    def shared_now(self, answer: CannedAnswerState) -> bool | None:
        """Whether it is to be everybody's; nothing where that stays as it is."""
        return self.is_shared.data if self.is_shared.data != answer.is_shared else None


class ArticleForm(ChangeForm):
    """An article, and where it stands. `languages` by code, as they are called."""

    title_shown = HiddenField()
    text_shown = HiddenField()
    language_shown = HiddenField()
    folder_shown = HiddenField()
    place_shown = HiddenField()
    is_published_shown = HiddenField()
    title = StringField(
        _l("Title"),
        [DataRequired(_l("Please write a title."))],
        description=_l("As somebody would ask: How do I return something?"),
        render_kw={"maxlength": articles.TITLE_LENGTH, "autocomplete": "off", "dir": "auto"},
    )
    text = TextAreaField(
        _l("Text"),
        [DataRequired(_l("Please write something."))],
        description=_l("Formatted as messages are: **bold**, lists, links."),
        render_kw={"rows": 12, "dir": "auto"},
    )
    language = SelectField(_l("Language"), validate_choice=False)
    folder = StringField(
        _l("Folder"),
        render_kw={
            "maxlength": articles.FOLDER_LENGTH, "autocomplete": "off", "dir": "auto",
            "list": "folders",
        },
    )  # fmt: skip
    place = IntegerField(
        _l("Place in the folder"),
        [InputRequired(_l("Please write a number."))],
        description=_l("The lowest number comes first."),
        render_kw={"min": 0, "max": articles.LAST_PLACE},
    )
    is_published = BooleanField()

    def __init__(self, article: ArticleState | None, languages: Mapping[str, str]) -> None:
        shown = article._asdict() if article else NO_ARTICLE
        values = {name: shown[name] for name in NO_ARTICLE}
        super().__init__(**values, is_published=article is not None and article.is_published)
        self.language.choices = list(languages.items())

    @property
    def wanted(self) -> Any:
        return {each: self[each].data for each in (*NO_ARTICLE, "is_published")}


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


class WeekForm(ChangeForm):
    """Hours of each day of the week, by the clock of a time zone."""

    time_zone_shown = HiddenField()
    monday_shown = HiddenField()
    tuesday_shown = HiddenField()
    wednesday_shown = HiddenField()
    thursday_shown = HiddenField()
    friday_shown = HiddenField()
    saturday_shown = HiddenField()
    sunday_shown = HiddenField()
    time_zone = StringField(_l("Time zone"))
    monday = StringField()
    tuesday = StringField()
    wednesday = StringField()
    thursday = StringField()
    friday = StringField()
    saturday = StringField()
    sunday = StringField()


class WorkingHoursForm(WeekForm):
    """When somebody of staff works. `zone` is offered where nothing is said of it yet."""

    def __init__(self, colleague: Colleague, zone: str) -> None:
        self.now = dict(zip(DAYS, colleague.week or [""] * len(DAYS), strict=True))
        self.zone_now = colleague.time_zone
        super().__init__(time_zone=colleague.time_zone or zone, **self.now)

    @property
    def wanted(self) -> tuple[str, list[str]]:
        """The time zone and the week: as they are now, but for what is to be another one."""
        changed = self.changes
        # Who has no hours has no zone either: it is the one that was offered.
        zone = changed.get("time_zone", self.zone_now or self.time_zone.data)
        return zone or "", [changed.get(day, self.now[day]) or "" for day in DAYS]


class HoursForm(WeekForm):
    """When somebody is there, what is said and asked, and in which languages."""

    country_shown = HiddenField()
    region_shown = HiddenField()
    holidays_shown = HiddenField()
    away_text_shown = HiddenField()
    asks_shown = HiddenField()
    languages_shown = HiddenField()
    rating_shown = HiddenField()
    bot_shown = HiddenField()
    asks_topic_shown = HiddenField()
    team_id_shown = HiddenField()
    answer_minutes_shown = HiddenField()
    for_desk_shown = HiddenField()
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
    rating = StringField(_l("Once a chat is closed, ask how it was"))
    bot = StringField(_l("While a first question waits, name articles that may answer it"))
    asks_topic = StringField(_l("Before the first message, ask for a topic"))
    team_id = StringField(_l("Team"))
    answer_minutes = StringField(
        _l("First answer within so many minutes"),
        description=_l("Of the opening hours above. 0 measures nothing; empty is as the desk."),
        render_kw={"type": "number", "min": 0, "max": MOST_MINUTES, "autocomplete": "off"},
    )
    for_desk = StringField(_l("Where these hours hold"))
    languages = WordsField(_l("Languages of the chat"))

    @staticmethod
    def hours_of(site: SiteState | None) -> dict[str, Any]:
        """What is shown of a site, or of one that is still to be made."""
        if site is None:
            return (
                {"time_zone": NEW["time_zone"], "asks": "nothing"}
                | {
                    name: NEW[name]  # type: ignore[literal-required]
                    for name in ("rating", "bot")
                }
                | {"asks_topic": "off", "for_desk": "off"}
            )
        named = ("time_zone", "country", "region", "away_text", "languages", "rating", "bot")
        asks = ("email" if site.wants_email else "name") if site.asks_first else "nothing"
        week = zip(DAYS, map(written, week_of(site.hours)), strict=True)
        own = "\n".join(f"{day} {name}".strip() for day, name in site.own_holidays)
        return (
            {name: getattr(site, name) for name in named}
            | dict(week)
            | {
                "asks": asks,
                "holidays": own,
                "asks_topic": "on" if site.asks_topic else "off",
                "for_desk": "on" if site.for_desk else "off",
                "team_id": str(site.team_id or ""),
                "answer_minutes": "" if site.answer_minutes is None else str(site.answer_minutes),
            }
        )

    def hours_said(self, names: Collection[str]) -> dict[str, Any]:
        """Of the fields of these names what an operation takes."""
        named = ("time_zone", "country", "region", "holidays", "away_text", "languages")
        said: dict[str, Any] = {name: self[name].data or "" for name in named if name in names}
        said |= {name: self[name].data for name in ("rating", "bot") if name in names}
        if "languages" in said:
            said["languages"] = said["languages"].split()
        if not set(DAYS).isdisjoint(names):
            said["hours"] = [
                (self[day].data if day in names else self.week_now[day]) or "" for day in DAYS
            ]
        for name in {"asks_topic", "for_desk"}.intersection(names):
            said[name] = self[name].data == "on"
        for name in {"team_id", "answer_minutes"}.intersection(names):
            text = (self[name].data or "").strip()
            said[name] = number_of(name, text) if text else None
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
        self.week_now = {day: shown.get(day, "") for day in DAYS}
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
