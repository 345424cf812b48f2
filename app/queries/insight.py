"""Reports: numbers of a period, in groups, and the facts that each of them counts."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy import cast as sql_cast

from app import periods
from app.errors import Invalid
from app.models import database, tags, visitors
from app.models.insight import QUARTER, RATING_KEYS, TIMED, By, Figure, facts
from app.periods import DAY, HOUR, Period, Span
from app.queries import sites, teams, topics, users
from app.queries.tags import every as every_tag
from app.spreadsheet import plain_cell

PAGE = 50
NONE = "none"  # how a group is called that has no tag, no team, …
HOURS = 7 * 24
MONDAY = 3  # the day of the week on which 1970 began, from Monday on
ENDS = ("", "-", "_")  # what may follow a language
ID = re.compile("[0-9]{1,16}")
CURSOR = re.compile("[0-9]{1,16}-[0-9]{1,16}-[0-9]{1,16}")

WHEN = (By.DAY, By.HOUR)

given, v = tags.given.c, visitors.table.c
# Of what a browser says (`de-AT`) the language alone; no database knows how to cut that alike.
# One that said none is in one group with those who have no browser.
SAID = func.nullif(v.language, "")
LANGUAGE = type_coerce(
    case(
        (func.substr(SAID, 3, 1).in_(ENDS), func.lower(func.substr(SAID, 1, 2))),
        (func.substr(SAID, 4, 1).in_(ENDS), func.lower(func.substr(SAID, 1, 3))),
        else_=func.lower(SAID),
    ),
    String,
)
COLUMNS = {
    By.DAY: "day",
    By.HOUR: "hour",
    By.AGENT: "agent_id",
    By.TEAM: "team_id",
    By.TOPIC: "topic_id",
    By.SITE: "site_id",
    By.RATING: "rating",
}
# What the keys of groups are called, where those that are gone have no name.
NAMES: dict[By, Callable[[Iterable[Any]], Mapping[Any, str]]] = {
    By.AGENT: lambda ids: {user_id: who.name for user_id, who in users.by_ids(ids).items()},
    By.TEAM: lambda _ids: teams.names(),
    By.TOPIC: lambda _ids: {each.id: each.name for each in topics.every()},
    By.TAG: lambda _ids: {each.id: each.name for each in every_tag()},
    By.SITE: lambda _ids: sites.names(),
    By.LANGUAGE: lambda _ids: {},
    By.RATING: lambda _ids: {},
}


class Number(NamedTuple):
    """How many facts there are and, where they say how long something took, its median and its
    90th percentile (ms): the least of which as many facts, or nine of ten, took no longer."""

    count: int  # type: ignore[assignment]  # of which tuples have a method
    median: int | None = None
    p90: int | None = None


class Group(NamedTuple):
    """`key` is a day (ISO), an hour of the week, an id, a word, or `none`."""

    key: str
    name: str
    number: Number


class Report(NamedTuple):
    figure: Figure
    by: By
    period: Period
    total: Number
    before: Number  # of the period before
    groups: list[Group]


class Fact(NamedTuple):
    """A row that a number counts. `place` is a message's `seq`, where it is about one."""

    at: int
    chat_id: int
    place: int
    amount: int | None
    agent_id: int | None

    @property
    def cursor(self) -> str:
        return f"{self.at}-{self.chat_id}-{self.place}"


class Facts(NamedTuple):
    """A page of them, the newest first, and the cursor of the next, if there is more."""

    rows: list[Fact]
    following: str | None


# ---- numbers ----


def totals(period: Period, figures: Iterable[Figure] = Figure) -> dict[Figure, Number]:
    """Of each figure."""
    return summed([period], figures)[0]


def compared(period: Period) -> list[dict[Figure, Number]]:
    """Of each figure, and the same of the period before."""
    return summed([period, period.before], Figure)


def summed(spans: Sequence[Period], figures: Iterable[Figure]) -> list[dict[Figure, Number]]:
    """Of each of these periods, the second of which ends where the first begins."""
    wanted = set(figures)
    found = [{figure: Number(0) for figure in wanted} for _span in spans]
    of_all = spans[0]._replace(first=spans[-1].first)
    whole = [each for span in spans for each in span.spans]
    statements, makers = [], []
    for some in filter(None, (wanted - TIMED, wanted & TIMED)):
        ask, make = (amounts, numbers_of) if some <= TIMED else (counting, counts_of)
        f = within(of_all, some, together=True, whole=whole).subquery()
        statements.append(ask(f, f.c.figure, not_(lies_in(f.c.at, spans[0].spans))))
        makers.append(make)

    def take(answers: list[Any]) -> list[dict[tuple[Any, ...], Number]]:
        return [make(rows) for make, rows in zip(makers, answers, strict=True)]

    # Of one moment: what is answered between two would be answered, waiting and neither.
    for made in database.taken_aside(take, *statements):
        for (figure, is_before), number in made.items():
            found[bool(is_before)][Figure(figure)] = number
    return found


def report(figure: Figure, by: By, period: Period) -> Report:
    """The number of a figure in a period, in the one before, and in its groups."""
    total, found = counted(figure, by, period)
    before = totals(period.before, [figure])[figure]
    return Report(figure, by, period, total, before, groups(by, period, found))


def counted(figure: Figure, by: By, period: Period) -> tuple[Number, dict[Any, Number]]:
    """Of all, and by the key of each group that has some."""
    is_whole = by not in WHEN and (by, figure) != (By.AGENT, Figure.STAFF_MESSAGES)
    whole = period.spans if is_whole else ()
    found = within(period, {figure}, together=True, whole=whole)
    if by == By.TAG:
        return of_tags(figure, found)
    source, key = grouped(found.subquery(), by)
    if figure in TIMED:
        return database.taken_aside(timed, amounts(source, key))
    (counts,) = database.rows_aside(counting(source, key))
    by_key = {value: Number(n) for value, n in counts}
    return Number(sum(number.count for number in by_key.values())), by_key


def timed(answers: list[Any]) -> tuple[Number, dict[Any, Number]]:
    (times,) = answers
    of_all = numbers_of([(amount,) for _key, amount in times])
    return of_all.get((), Number(0)), {key: n for (key,), n in numbers_of(times).items()}


def of_tags(figure: Figure, found: Select[Any]) -> tuple[Number, dict[Any, Number]]:
    """The same, where groups do not add up to the whole: both are of facts of one moment."""
    f = (found if figure in TIMED else by_chat(found)).cte()
    source, key = grouped(f, By.TAG)
    ask, make = (amounts, numbers_of) if figure in TIMED else (counting, counts_of)
    of_all = ask(f, sql_cast(null(), key.type)).add_columns(literal(1))

    def take(answers: list[Any]) -> tuple[Number, dict[Any, Number]]:
        (rows_found,) = answers
        whole = make(each[:-1] for each in rows_found if each[-1])
        parts = make(each[:-1] for each in rows_found if not each[-1])
        return whole.get((None,), Number(0)), {key: n for (key,), n in parts.items()}

    return database.taken_aside(take, ask(source, key).add_columns(literal(0)).union_all(of_all))


def counting(source: Any, *keys: Any) -> Select[Any]:
    """Keys and count of each group of what the source selects."""
    named = [key.label(f"key_{n}") for n, key in enumerate(keys)]
    of = select(*named, source.c.number).select_from(source).subquery()
    *by, number = of.c
    return select(*by, sql_cast(func.sum(number), BigInteger)).group_by(*by)


def counts_of(rows_found: Iterable[Any]) -> dict[tuple[Any, ...], Number]:
    """By keys, what such rows say."""
    return {tuple(keys): Number(n) for *keys, n in rows_found}


def amounts(source: Any, *keys: Any) -> Select[Any]:
    """Keys, and how long it took, of each fact that the source selects."""
    return select(*keys, source.c.amount).select_from(source)


def numbers_of(rows_found: Iterable[Any]) -> dict[tuple[Any, ...], Number]:
    """By keys, what such rows add up to. To rank them takes a database longer."""
    by_keys = defaultdict(list)
    for *keys, amount in rows_found:
        by_keys[tuple(keys)].append(amount)
    return {keys: number_of(sorted(took)) for keys, took in by_keys.items()}


def number_of(took: Sequence[int]) -> Number:
    """In order."""
    if not took:
        return Number(0)
    count = len(took)
    return Number(count, took[-(-count // 2) - 1], took[-(-count * 9 // 10) - 1])


def by_chat(found: Select[Any]) -> Select[Any]:
    """How many facts each chat has, which is what tags are joined to."""
    f = found.subquery()
    number = sql_cast(func.sum(f.c.number), BigInteger).label("number")
    return select(f.c.chat_id, number).group_by(f.c.chat_id)


def within(
    period: Period,
    figures: set[Figure],
    *,
    among: Any = None,
    together: bool = False,
    whole: Sequence[Span] = (),
) -> Select[Any]:
    """The facts of a period, each with the day and the hour of the week of its clock; `among`,
    `together` and `whole` as for `facts`, the latter two where the clock allows that."""
    together = together and all(part % QUARTER == 0 for each in period.offsets for part in each)
    spans = period.spans or ((0, 0),)
    reach = (spans[0][0], spans[-1][1])
    f = facts(figures, *reach, among=among, together=together, whole=whole).subquery("facts")
    local = shown(f.c.at, period)
    day = local // literal(DAY)
    hour = (day + MONDAY) % 7 * 24 + local % DAY // literal(HOUR)
    found = select(f, day.label("day"), hour.label("hour"))
    return found if len(spans) == 1 else found.where(lies_in(f.c.at, spans))


def lies_in(at: ColumnElement[int], spans: Sequence[Span]) -> ColumnElement[bool]:
    return or_(false(), *(and_(at >= since, at < until) for since, until in spans))


def shown(at: ColumnElement[int], period: Period) -> ColumnElement[int]:
    """What the clock of the period's zone shows then, in milliseconds since its 1970 began."""
    *before, (_since, newest) = period.offsets
    if not before:
        return at + newest
    turns = [turn for turn, _offset in period.offsets[1:]]
    steps = [(at < turn, off) for turn, (_since, off) in zip(turns, before, strict=True)]
    return at + case(*steps, else_=newest)


def grouped(f: Any, by: By) -> tuple[Any, Any]:
    """What to select facts from, and the key of their groups. What is about a chat of two tags is
    in the groups of both."""
    if by == By.TAG:
        joined = f.outerjoin(tags.given, given.chat_id == f.c.chat_id)
        source = select(f, given.tag_id).select_from(joined).subquery()
        return source, source.c.tag_id
    if by == By.LANGUAGE:
        joined = f.outerjoin(visitors.table, v.user_id == f.c.customer_id)
        source = select(f, LANGUAGE.label("language")).select_from(joined).subquery()
        return source, source.c.language
    return f, f.c[COLUMNS[by]]


# ---- groups ----


def groups(by: By, period: Period, found: dict[Any, Number]) -> list[Group]:
    """Days and hours in their order, also those that have nothing; others by how many they are."""
    if by == By.DAY:
        first, last = period.numbers
        return [
            Group(periods.day_of(n).isoformat(), "", found.get(n, Number(0)))
            for n in range(first, last + 1)
        ]
    if by == By.HOUR:
        return [Group(str(n), "", found.get(n, Number(0))) for n in range(HOURS)]
    names = NAMES[by](found)
    made = [
        Group(word_of(by, key), names.get(key, "") if key is not None else "", number)
        for key, number in found.items()
    ]
    return sorted(made, key=lambda each: (-each.number.count, each.name, each.key))


def name_of(by: By, key: str) -> str:
    """What a group is called that an address names; empty for what has no name."""
    if by not in NAMES or key == NONE:
        return ""
    value = key_of(by, key)
    return NAMES[by]([value]).get(value, "")


def word_of(by: By, key: Any) -> str:
    if key is None:
        return NONE
    return RATING_KEYS[key] if by == By.RATING else str(key)


def key_of(by: By, word: str) -> Any:
    """What `word_of` made it of. Raises `Invalid`."""
    try:
        if by == By.DAY:
            return periods.number_of(periods.day(word))
        if by == By.HOUR:
            return range(HOURS).index(int(ID.fullmatch(word)[0]))  # type: ignore[index]
        if word == NONE:
            return None
        if by == By.RATING:
            return RATING_KEYS.index(word)
        return word if by == By.LANGUAGE else int(ID.fullmatch(word)[0])  # type: ignore[index]
    except (TypeError, ValueError):
        raise Invalid(fields={"key": _l("There is no such group.")}) from None


# ---- rows ----


def rows(
    figure: Figure,
    period: Period,
    by: By | None = None,
    key: str = "",
    before: str | None = None,
    limit: int = PAGE,
) -> Facts:
    """The facts that a number counts: of all, or of a group. Raises `Invalid`."""
    f = within(period, {figure}).subquery()
    source: Any = f
    column: Any = None
    if by is not None:
        source, column = grouped(f, by)
    s = source.c
    wanted = select(s.at, s.chat_id, s.place, s.amount, s.agent_id)
    if by is not None:
        value = key_of(by, key)
        wanted = wanted.where(column.is_(None) if value is None else column == value)
    if before is not None:
        wanted = wanted.where(tuple_(s.at, s.chat_id, s.place) < tuple_(*cursor_of(before)))
    newest = wanted.order_by(s.at.desc(), s.chat_id.desc(), s.place.desc()).limit(limit + 1)
    (rows_found,) = database.rows_aside(newest)
    found = [Fact._make(row) for row in rows_found]
    has_more = len(found) > limit
    return Facts(found[:limit], found[limit - 1].cursor if has_more else None)


def cursor_of(text: str) -> list[Any]:
    """What `Fact.cursor` made. Raises `Invalid`."""
    if not CURSOR.fullmatch(text):
        raise Invalid(fields={"before": _l("It is none of the choices.")})
    return [literal(int(part)) for part in text.split("-")]


# ---- a file ----


def as_csv(found: Report) -> str:
    """The groups of a report. A cell that a spreadsheet would compute has a quote before it."""
    text = io.StringIO()
    writer = csv.writer(text)
    times = ("medianMs", "p90Ms") if found.figure in TIMED else ()
    writer.writerow([found.by.value, "name", "count", *times])
    for key, name, number in found.groups:
        amounts = ["" if each is None else each for each in number[1:]] if times else []
        writer.writerow([key, plain_cell(name), number.count, *amounts])
    return text.getvalue()
