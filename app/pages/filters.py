"""What templates need to show a value: names as initials and hues, times, paths."""

import re
import secrets
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.lists import format_list
from flask import Flask, current_app, has_request_context, request
from flask_babel import format_decimal, format_percent, get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.routing import Map, MapAdapter

from app import clock
from app.direction import isolated, straight
from app.files import kinds
from app.formatting import Shown, plain, shown
from app.gists import gist_words, minutes
from app.models.files import LOUDEST, MEASURED_SECONDS, PEAKS, VOICE_SECONDS, FileStatus
from app.models.mail import is_on as mail_is_on
from app.models.messages import Line, MessageState, Quote, called
from app.models.notes import NoteState, with_names
from app.models.places import Place, place_in
from app.models.users import Role
from app.operations.transcripts import goes_by_mail
from app.queries.targets import Due, due_of

LARGEST_ID = 2**53 - 1
TAG = re.compile("<[^>]*>")  # of our own HTML, in whose attributes no > stands
HUES, HUE_SALT = 7, "2000"  # the salt only decides which name has which hue
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SAME_BREATH = 5 * MINUTE  # messages of one sender this close are shown as one group
ARABIC_ARTICLE = "\u0627\u0644"


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        a_day=a_day,
        ago=ago,
        back=back,
        bars=bars,
        bdi=bdi,
        capped=capped,
        commands=commands,
        decimal=format_decimal,
        file_kind=file_kind,
        file_size=file_size,
        file_state=file_state,
        file_status=file_status,
        duration=duration,
        gist_words=gist_words,
        goes_by_mail=goes_by_mail,
        headline=headline,
        hue=hue,
        initials=initials,
        is_picture=is_picture,
        is_recorded=is_recorded,
        iso=clock.iso,
        isolated=isolated,
        line=line,
        minutes=minutes,
        month=month,
        noted=noted,
        one_line=one_line,
        percent=format_percent,
        plain=plain,
        place=place_in,
        place_accuracy=place_accuracy,
        place_ways=place_ways,
        points=points,
        reactors=reactors,
        role=role,
        runs=runs,
        shown=shown,
        stamp=stamp,
        time=time,
        time_left=time_left,
    )
    env.globals.update(found_of=found_of, attached_name=attached_name, due_of=due_of)
    env.globals.update(path_for=path_for, followed=followed, new_form_id=new_form_id)
    env.globals.update(mail_is_on=mail_is_on)
    env.globals.update(voice_types=voice_types, voice_seconds=voice_seconds)


def stamp(ms: int, zone: str = "") -> str:
    """A moment as it stands on paper, where no script puts it into its reader's time: in that of
    `zone`, one of `hours.zones()`, and with how far it is from UTC."""
    there = clock.moment(ms)
    if zone:
        there = there.astimezone(ZoneInfo(zone))
    text = format_datetime(there, "medium", tzinfo=there.tzinfo, locale=get_locale())
    return f"{text} {offset(there)}"


def offset(there: datetime) -> str:
    """How far a clock is from UTC: `UTC`, `UTC+01:00`."""
    return f"UTC{there.isoformat()[-6:] if there.utcoffset() else ''}"


def back(ms: int, zone: str) -> str:
    """When somebody is there again, where no script says it by the reader's clock: by that of
    `zone`, with how far it is from UTC."""
    there = clock.moment(ms).astimezone(ZoneInfo(zone))
    day = format_skeleton("MMMMEEEEd", there, tzinfo=there.tzinfo, locale=locale())
    at = isolated(f"{there:%H:%M} {offset(there)}")
    return str(_("We are back on %(day)s at %(time)s", day=day, time=at))


def attached_name(file: Mapping[str, Any]) -> str:
    """What a transcript calls what is attached."""
    return called(file) or str(file.get("url") or _("Attachment"))


def found_of(search: str, site_id: int | None) -> str:
    """By which the page says what stands there of messages: the same is not looked for again."""
    return f"{site_id or ''} {search}".strip() if search else ""


def new_form_id() -> str:
    """Of a form that is rendered, by which what it sends is known when it comes again."""
    return secrets.token_hex(8)


def initials(name: str) -> str:
    """`LO` for Lena Ortiz, `AN` for Ana: one or two letters that stand for a name."""
    words = [w for w in unicodedata.normalize("NFC", name).split() if any(map(str.isalnum, w))]
    if not words:
        return "?"
    if len(words) == 1:
        return letters(words[0])[:2].upper()
    return (letters(words[0])[:1] + letters(words[-1])[:1]).upper()


def file_kind(file: Mapping[str, Any]) -> str:
    """`PDF`: by the end of its name where that is short, else by its type."""
    stem, _dot, suffix = str(file["name"]).rpartition(".")
    kind = str(file.get("contentType") or "").rpartition("/")[2]
    return (suffix if stem and 0 < len(suffix) <= 5 and suffix.isalnum() else kind).upper()


def file_size(size: int) -> str:
    """`12 kB`, `1.4 MB`."""
    if size < 1_000_000:
        return str(_("%(size)s kB", size=format_decimal(max(1, round(size / 1000)))))
    return str(_("%(size)s MB", size=format_decimal(round(size / 1_000_000, 1))))


def file_status(file: Mapping[str, Any]) -> str:
    """Of a file that lies here; empty of what a client of an older protocol only says of one."""
    kinds = {"id": int, "name": str, "size": int, "status": str}
    kind, sides = file.get("contentType"), (file.get("width"), file.get("height"))
    is_ours = all(type(file.get(name)) is kind for name, kind in kinds.items())
    is_ours = is_ours and file["status"] in list(FileStatus) and 0 < file["id"] <= LARGEST_ID
    is_shown = isinstance(kind, str) and all(type(side) in (int, type(None)) for side in sides)
    return file["status"] if is_ours and (is_shown or file["status"] != FileStatus.READY) else ""


def runs(attached: Sequence[Mapping[str, Any]]) -> list[tuple[bool, list[Mapping[str, Any]]]]:
    """What is attached, in its order; True with pictures of which several follow each other."""
    found = [(shows, list(run)) for shows, run in groupby(attached, is_picture)]
    return [(shows and len(run) > 1, run) for shows, run in found]


def is_picture(file: Mapping[str, Any]) -> bool:
    """Whether it is shown as one, and not as a card."""
    return bool(file.get("width")) and file_status(file) == FileStatus.READY


def place_ways(place: Place) -> dict[str, str]:
    """Where a place can be looked at: only whoever follows one of these tells anybody of it."""
    at = f"{place.latitude:.6f},{place.longitude:.6f}"
    latitude, longitude = at.split(",")
    return {
        str(_("Map app")): f"geo:{at}",
        "OpenStreetMap": "https://www.openstreetmap.org/"
        f"?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}",
        "Google Maps": f"https://www.google.com/maps/search/?api=1&query={at}",
        "Apple Maps": f"https://maps.apple.com/?ll={at}&q={at}",
    }


def place_accuracy(place: Place) -> str:
    metres = place.accuracy or 0
    if metres < 1000:
        return str(_("give or take %(count)s m", count=format_decimal(round(metres))))
    return str(_("give or take %(count)s km", count=format_decimal(round(metres / 1000, 1))))


def file_state(file: Mapping[str, Any]) -> str:
    """Why a file is not shown, or not yet."""
    said = {
        "infected": _("Not shown: a virus was found in it."),
        "too_large": _("Not shown: this picture is too large."),
        "unreadable": _("Not shown: this picture is damaged."),
        "type": _("Not shown: this kind of file is not taken here."),
        "too_long": _(
            "Not shown: it was recorded for longer than %(count)s minutes.",
            count=VOICE_SECONDS // 60,
        ),
    }
    return str(said.get(str(file.get("refusal")), _("Being checked…")))


def is_recorded(file: Mapping[str, Any]) -> bool:
    """Whether it says what a voice message says, and is sound."""
    voice = file.get("voice")
    if not (isinstance(voice, dict) and str(file.get("contentType")).startswith("audio/")):
        return False
    seconds, peaks = voice.get("seconds"), voice.get("peaks")
    return (
        isinstance(seconds, int | float)
        and not isinstance(seconds, bool)
        and 0 <= seconds <= MEASURED_SECONDS
        and isinstance(peaks, list)
        and len(peaks) <= PEAKS
        and all(type(peak) is int and 0 <= peak <= LOUDEST for peak in peaks)
    )


def bars(peaks: Sequence[int]) -> str:
    """The path of a bar for each, 4 apart and 32 high at most; as `static/js/bars.js` draws it."""
    halves = (max(1, round(peak * 15 / LOUDEST)) for peak in peaks or [0] * 48)
    return "".join(f"M{4 * at + 2} {16 - half}v{2 * half}" for at, half in enumerate(halves))


def voice_types() -> list[str]:
    return kinds.recorded(current_app.config["FILE_TYPES"])


def voice_seconds() -> int:
    """How long a voice message may be here, so that what is recorded is taken as well."""
    most: int = current_app.config["FILE_BYTES"]
    return max(1, min(VOICE_SECONDS, most // kinds.BYTES_A_SECOND))


def headline(text: str) -> str:
    """A sentence as a title, which ends without a full stop."""
    return text.removesuffix(".")


def hue(name: str) -> str:
    """The class of a name's colour: the same name has the same one everywhere."""
    return f"hue-{zlib.crc32((name + HUE_SALT).encode()) % HUES}"


@lru_cache(1024)  # each message that is sent names its sender
def bdi(name: str) -> Markup:
    """A name within a sentence of a page; `isolated` is one within an attribute or a title.

    The element alone would not hold it: to browsers it is two of the characters that a name could
    hold as well.
    """
    return Markup("<bdi>{}</bdi>").format(straight(name))


def line(message: MessageState | Quote) -> str:
    """What a system line tells, in the reader's language."""
    told = {
        Line.JOINED: _("%(name)s joined"),
        Line.CLOSED: _("%(name)s closed the chat"),
        Line.REOPENED: _("%(name)s reopened the chat"),
        Line.QUEUED: _("The chat is waiting for an agent"),
        Line.LEFT: _("%(name)s is away, the chat is waiting for an agent"),
        Line.ANSWERED: _("Automatic answer, while a person is on the way: %(name)s"),
        Line.ASKED: _("%(name)s asks for a person"),
        Line.RULE_ANSWERED: _("Automatic answer: %(name)s"),
        Line.RULE_CLOSED: _("The chat was closed automatically"),
    }
    named = bdi(message.text)
    if isinstance(message, MessageState) and message.line == Line.ANSWERED:
        named = titles(message.detailed)
    return escape(told[Line(message.line)]) % {"name": named} if message.line else ""


def titles(details: Mapping[str, Any] | None) -> Markup:
    """The articles that the bot has named, each as a way there."""
    link = Markup('<a href="{}" target="_blank" rel="noopener">{}</a>')
    named = (details or {}).get("articles", [])
    ways = (
        link.format(path_for("pages.read_article", article_id=each["id"]), bdi(each["title"]))
        for each in named
    )
    text = (details or {}).get("text", "")
    links = Markup(", ").join(ways)
    return Markup("{} ({})").format(bdi(text), links) if text else links


def followed(message: MessageState, following: MessageState | None) -> bool:
    """Whether the next message continues this one: same sender, same day, within minutes."""
    return (
        following is not None
        and following.sender_id is not None
        and following.sender_id == message.sender_id
        and following.created_at - message.created_at < SAME_BREATH
        and following.created_at // DAY == message.created_at // DAY
    )


def time(ms: int, style: str = "ago") -> Markup:
    """A `<time>` in UTC, which the page's script puts into the viewer's zone."""
    text = {"clock": clock_time, "ago": ago, "seen": seen, "due": due}[style](ms)
    return Markup('<time datetime="{}" data-time="{}">{}</time>').format(
        clock.iso(ms), style, escape(text)
    )


def clock_time(ms: int) -> str:
    return clock.moment(ms).strftime("%H:%M")


def ago(ms: int) -> str:
    """`now`, `5 min`, `2 hr`, `Tue`, `12 Jun`: as short as the list needs it."""
    passed, moment = clock.now() - ms, clock.moment(ms)
    if passed < MINUTE:
        return str(_("now"))
    if passed < DAY:
        return duration(passed - passed % (MINUTE if passed < HOUR else HOUR))
    if passed < 6 * DAY:  # further back the same weekday would come round
        return format_datetime(moment, "EEE", locale=locale())
    skeleton = "MMMd" if moment.year == clock.moment(clock.now()).year else "yMMMd"
    return format_skeleton(skeleton, moment, locale=locale())


def seen(ms: int) -> str:
    """`5 minutes ago`, within a sentence."""
    passed = timedelta(milliseconds=max(clock.now() - ms, 0))
    if passed < timedelta(minutes=1):
        return str(_("just now"))
    return format_timedelta(-passed, add_direction=True, threshold=1, locale=locale())


def due(ms: int) -> str:
    """`17:30`, `Tue 17:30`, `12 Jun 17:30`: of what is to come."""
    moment, today = clock.moment(ms), clock.moment(clock.now())
    days = (moment.date() - today.date()).days
    if not days:
        return clock_time(ms)
    if days < 7:
        return f"{format_datetime(moment, 'EEE', locale=locale())} {clock_time(ms)}"
    skeleton = "MMMd" if moment.year == today.year else "yMMMd"
    return f"{format_skeleton(skeleton, moment, locale=locale())} {clock_time(ms)}"


def time_left(question: Due) -> Markup:
    """A `<time>` that says how long a question may still wait; the page's script keeps it true."""
    is_over = question.at <= clock.now()
    return Markup('<time datetime="{}" data-time="left" data-open="{}"{}>{}</time>').format(
        clock.iso(question.at),
        " ".join(f"{begin}-{end}" for begin, end in question.ahead),
        Markup(" data-over") if is_over else "",
        said_of(question),
    )


def said_of(question: Due) -> str:
    """`12 min left`; `stands still until Mon 09:00`; `due 5 minutes ago`."""
    now = clock.now()
    if question.at <= now:
        return str(_("due %(time)s", time=seen(question.at)))
    opens = question.ahead[0][0]
    if opens > now:
        return str(_("stands still until %(time)s", time=due(opens)))
    left = sum(end - max(begin, now) for begin, end in question.ahead)
    unit = HOUR if left >= HOUR else MINUTE
    left += 0 if unit == HOUR else -left % MINUTE
    return str(_("%(time)s left", time=duration(left - left % unit)))


def duration(ms: int) -> str:
    """`40 sec`, `3 min`, `2 hr`."""
    return format_timedelta(
        timedelta(milliseconds=ms), format="short", threshold=1, locale=locale()
    )


def a_day(day: date) -> str:
    """With its year: `2 March 2026`."""
    return format_date(day, "long", locale=locale())


def month(ms: int) -> str:
    return format_skeleton("yMMMM", clock.moment(ms), locale=locale())


def role(name: str) -> str:
    """What somebody is here, in a word."""
    told = {
        Role.CUSTOMER: _("Customer"),
        Role.PROVIDER: _("Provider"),
        Role.AGENT: _("Agent"),
        Role.MANAGER: _("Manager"),
        Role.ADMIN: _("Admin"),
    }
    return str(told[Role(name)])


def capped(number: int, limit: int = 99) -> str:
    """`99+` for what was counted no further."""
    return f"{limit}+" if number > limit else str(number)


def commands(text: object) -> Markup:
    """What stands between backticks as what one types."""
    code = Markup('<code dir="ltr">{}</code>')
    parts = str(text).split("`")
    return Markup("").join(code.format(p) if n % 2 else escape(p) for n, p in enumerate(parts))


def noted(note: NoteState, names: Mapping[int, str]) -> Shown:
    """A note's words as HTML, with those whom it names marked; within a tag, which an address may
    have become, they are a name alone."""
    made = shown(note.text)

    def within(found: re.Match[str]) -> str:
        return with_names(found[0], names, lambda name: str(escape(f"@{name}")))

    def between(name: str) -> str:
        return f'<span class="mention">@<bdi>{escape(name)}</bdi></span>'

    html = with_names(TAG.sub(within, made.html), names, between)
    return Shown(Markup(html), made.is_formatted)  # noqa: S704  (what it is made of is escaped)


def one_line(text: str) -> str:
    return " ".join(text.split())


def points(emoji: str) -> str:
    """`2764-fe0f`: its characters by number, for an id."""
    return "-".join(format(ord(char), "x") for char in emoji)


def reactors(user_ids: Iterable[int], names: Mapping[int, str]) -> str:
    """Who reacted, within an attribute."""
    called = [isolated(names.get(each) or str(_("Somebody"))) for each in user_ids]
    return format_list(called, locale=locale())


def path_for(endpoint: str, **values: object) -> str:
    """`url_for` that also works where there is no request: live HTML is rendered outside of one."""
    root = request.script_root if has_request_context() else ""
    return ways(current_app.url_map, root or "/").build(endpoint, values)


@lru_cache(16)
def ways(routes: Map, root: str) -> MapAdapter:
    return routes.bind("", script_name=root)


def letters(word: str) -> str:
    bare = word.removeprefix(ARABIC_ARTICLE) or word
    return "".join(letter for letter in bare if letter.isalnum())


def locale() -> Locale:
    """The page's language as it is written where the browser is: British dates are not American."""
    page = get_locale() or Locale("en")
    if not has_request_context():
        return page
    beginning = f"{page}-".replace("_", "-").lower()
    own = (
        tag for tag in request.accept_languages.values() if f"{tag}-".lower().startswith(beginning)
    )
    return known(next(own, "")) or page


@lru_cache(100)
def known(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
