"""What reports count: figures, each of them a select of facts.

A fact is one thing that a figure counts: when it was (`at`), in which chat, where in it (`place`,
a message's `seq`, or 0), how long it took (`amount`, ms) where a figure says that, and whose it
was. A number is how many facts there are, or their median; what it opens is the same facts. So
both are asked of one select.

What messages say is kept beside them (`docs/insight.md`): of each chat as it was at one version.
As every change of what counts is another version of the chat, whatever is kept of a chat holds as
long as that is still the chat's; of the others the messages are read.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Select,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import bots, chats, messages, ratings, users
from app.models.chats import LIVING
from app.models.messages import Line
from app.models.ratings import Asks
from app.periods import Span

ROWS_BY_KEY: Any = {"sqlite_with_rowid": False}
QUARTER = 900_000  # ms: no clock of this century is away from UTC by another part of an hour


class KeptChat(Model):
    """That what its messages say is kept, as it was at this version of the chat."""

    __tablename__ = "insight_chats"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(Id)
    # How much its customer has said in all, and staff; in which quarters of an hour first and last.
    theirs: Mapped[int]
    ours: Mapped[int]
    first_at: Mapped[int | None] = mapped_column(Id)
    last_at: Mapped[int | None] = mapped_column(Id)


class KeptMessages(Model):
    """How much somebody has said in a chat in a quarter of an hour."""

    __tablename__ = "insight_messages"
    __table_args__ = ROWS_BY_KEY

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)  # when that begins
    # Of staff; 0 is the chat's customer. A number, for which there need not be anybody any more.
    by_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    number: Mapped[int]


class KeptQuestion(Model):
    """What a customer has asked, who has answered when, and when the chat was closed."""

    __tablename__ = "insight_questions"
    __table_args__ = ROWS_BY_KEY

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )
    seq: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    asked_at: Mapped[int] = mapped_column(Id)
    answered_at: Mapped[int | None] = mapped_column(Id)
    answered_by: Mapped[int | None] = mapped_column(Id)
    closed_at: Mapped[int | None] = mapped_column(Id)


class Figure(StrEnum):
    CHATS = "chats"
    CUSTOMER_MESSAGES = "customer_messages"
    STAFF_MESSAGES = "staff_messages"
    QUESTIONS = "questions"
    FIRST_ANSWERS = "first_answers"
    WAITING = "waiting"
    HELPED = "helped"
    UNANSWERED = "unanswered"
    SOLVED = "solved"
    RATINGS = "ratings"
    GOOD_RATINGS = "good_ratings"


class By(StrEnum):
    DAY = "day"
    HOUR = "hour"  # of the week, 0 to 167 from Monday's first on
    AGENT = "agent"
    TEAM = "team"
    TOPIC = "topic"
    TAG = "tag"
    SITE = "site"
    LANGUAGE = "language"
    RATING = "rating"


TIMED = {Figure.FIRST_ANSWERS, Figure.SOLVED}  # which say how long, beside how many
MESSAGES = {Figure.CUSTOMER_MESSAGES, Figure.STAFF_MESSAGES}
RATED = {Figure.RATINGS, Figure.GOOD_RATINGS}
ASKED = set(Figure) - MESSAGES - RATED - {Figure.CHATS}
GOOD_STARS = 4  # and more
THUMBS, STARS = Asks.THUMBS.value, Asks.STARS.value
# How a rating is grouped: by its place here.
THUMB_KEYS = ("thumbs_down", "thumbs_up")
RATING_KEYS = (*THUMB_KEYS, *(f"stars_{n}" for n in range(1, 6)))

c, m, r, u = chats.table.c, messages.table.c, ratings.table.c, users.table.c
b = bots.table.c
answers: Any = messages.table.alias("answers")
a = answers.c
kept: Any = KeptChat.__table__
kept_messages: Any = KeptMessages.__table__
kept_questions: Any = KeptQuestion.__table__
# What is kept of a chat, the one that says so last.
KEPT = (kept_messages, kept_questions, kept)
NOTHING = cast(null(), BigInteger)
ERASED = select(u.id).where(u.erased_at.is_not(None))
MERGED = select(c.merged_into_id).where(c.merged_into_id.is_not(None))
# Support chats in which something was said, and that are to be found.
LASTS = and_(c.merged_into_id.is_(None), c.active_at > 0, c.customer_id.not_in(ERASED))
COUNTS = and_(c.provider_id.is_(None), LASTS)
# Of chats that something else has found: most of all are support chats, so no index is asked.
COUNTS_AS_MET = and_(func.coalesce(c.provider_id, 0) == 0, LASTS)
CLOSINGS = [Line.CLOSED.value, Line.RULE_CLOSED.value]
WAS_SAID = and_(m.line.is_(None), m.held_at.is_(None), m.sender_id.is_not(None))
BY_CUSTOMER = m.sender_id == c.customer_id
OF_VERSION = and_(kept.c.chat_id == c.id, kept.c.version == c.version)
IS_KEPT = exists().where(OF_VERSION).correlate(chats.table)


def facts(
    figures: set[Figure],
    since: int,
    until: int,
    *,
    among: Any = None,
    together: bool = False,
    whole: Sequence[Span] = (),
) -> Any:
    """The facts of these figures between two instants, the second one excluded; each says which
    `figure` it is one of. `among` selects the ids of chats in which all of them are, where these
    are found by less than going through all.

    `together`, one of messages stands for as many as its `number` says, all of the quarter of an
    hour that begins then; both instants are such beginnings. It stands for all that a side has
    said in a chat, by no matter whom, where all of that is within one of the spans of `whole`.
    Otherwise each is one.
    """
    parts: list[Select[Any]] = []
    which = touched(since, until, among)
    kept_in = those_kept(which)
    if Figure.CHATS in figures:
        parts.append(begun(since, until, among))
    if figures & MESSAGES and together:
        parts += said_together(figures & MESSAGES, kept_in, since, until, whole)
        parts.append(said(figures & MESSAGES, since, until, and_(which, not_(IS_KEPT))))
    elif figures & MESSAGES:
        parts.append(said(figures & MESSAGES, since, until, which))
    if figures & ASKED:
        found = questions(kept_in, which)
        parts += [asked(found, each, since, until) for each in sorted(figures & ASKED)]
    parts += [rated(each, since, until) for each in sorted(figures & RATED)]
    return parts[0] if len(parts) == 1 else union_all(*parts)


def fact(figure: Any, at: Any, agent: Any, of: Any = c, **more: Any) -> list[Any]:
    """The columns of facts, of the chats that are `of`."""
    named = figure if isinstance(figure, ColumnElement) else literal(figure)
    usual = {"place": literal(0), "amount": NOTHING, "rating": NOTHING, "number": literal(1)}
    return [
        named.label("figure"),
        at.label("at"),
        agent.label("agent_id"),
        *(value.label(name) for name, value in (usual | more).items()),
        *(
            (of.id if "id" in of else of.chat_id).label("chat_id"),
            of.customer_id,
            of.team_id,
            of.topic_id,
            of.site_id,
        ),
    ]


def begun(since: int, until: int, among: Any = None) -> Select[Any]:
    columns = fact(Figure.CHATS.value, c.created_at, c.agent_id)
    return select(*columns).where(counts(among), c.created_at >= since, c.created_at < until)


def counts(among: Any = None) -> ColumnElement[bool]:
    return COUNTS if among is None else and_(c.id.in_(among), COUNTS_AS_MET)


def touched(since: int, until: int, among: Any = None) -> ColumnElement[bool]:
    """Chats in which something can have been said between two instants. What was merged into one
    may be older than it."""
    is_begun = or_(c.created_at < until, c.id.in_(MERGED))
    return and_(counts(among), c.updated_at >= since, is_begun)


def said(figures: set[Figure], since: int, until: int, which: ColumnElement[bool]) -> Select[Any]:
    """Each message of that time, in these chats."""
    columns = fact(*of_side(BY_CUSTOMER, m.sender_id, m.created_at), place=m.seq)
    return (
        select(*columns)
        .join_from(chats.table, messages.table, m.chat_id == c.id)
        .where(which, WAS_SAID)
        .where(m.created_at >= since, m.created_at < until, of_figures(figures, BY_CUSTOMER))
    )


def said_together(
    figures: set[Figure], kept_in: CTE, since: int, until: int, whole: Sequence[Span]
) -> list[Select[Any]]:
    """What is kept of them."""
    k, t = kept_messages.c, kept_in.c
    by_customer = k.by_id == 0
    spans = (and_(t.first_at >= first, t.last_at < end) for first, end in whole)
    is_whole = or_(false(), *spans)
    by_quarter = (
        select(*fact(*of_side(by_customer, k.by_id, k.at, t.agent_id), t, number=k.number))
        .join_from(kept_in, kept_messages, k.chat_id == t.id)
        .where(not_(is_whole), k.at >= since, k.at < until, of_figures(figures, by_customer))
    )
    if not whole:
        return [by_quarter]
    sides = {
        Figure.CUSTOMER_MESSAGES: (t.agent_id, t.theirs),
        Figure.STAFF_MESSAGES: (NOTHING, t.ours),
    }
    by_side = [
        select(*fact(figure.value, t.first_at, agent, t, number=number)).where(is_whole, number > 0)
        for figure, (agent, number) in sides.items()
        if figure in figures
    ]
    return [by_quarter, *by_side]


def of_side(
    by_customer: ColumnElement[bool], by_whom: Any, at: Any, agent: Any = c.agent_id
) -> tuple[Any, Any, Any]:
    """Figure, moment and colleague of a message."""
    theirs, ours = Figure.CUSTOMER_MESSAGES.value, Figure.STAFF_MESSAGES.value
    figure = case((by_customer, theirs), else_=ours)
    return figure, at, case((by_customer, agent), else_=by_whom)


def of_figures(figures: set[Figure], by_customer: ColumnElement[bool]) -> ColumnElement[bool]:
    if Figure.STAFF_MESSAGES not in figures:
        return by_customer
    return true() if Figure.CUSTOMER_MESSAGES in figures else not_(by_customer)


def questions(kept_in: CTE, which: ColumnElement[bool]) -> CTE:
    """What customers have asked in these chats, as it is kept, or as their messages say."""
    k, t = kept_questions.c, kept_in.c
    asked_then = asked_in(and_(which, not_(IS_KEPT))).subquery()
    n = asked_then.c
    of_kept = select(*k, *of_chat(t)).join_from(kept_in, kept_questions, k.chat_id == t.id)
    others = select(*n, *of_chat(c)).join_from(asked_then, chats.table, c.id == n.chat_id)
    return of_kept.union_all(others).cte("questions")


def those_kept(which: ColumnElement[bool]) -> CTE:
    """Of these chats those that are kept: gone through once, for however many figures."""
    k = kept.c
    sums = (k.theirs, k.ours, k.first_at, k.last_at)
    found = select(c.id, *of_chat(c), *sums).join_from(chats.table, kept, OF_VERSION)
    return found.where(which).cte("kept_in")


def of_chat(of: Any) -> tuple[Any, ...]:
    return of.customer_id, of.team_id, of.topic_id, of.site_id, of.agent_id, of.status


def asked_in(which: ColumnElement[bool]) -> Select[Any]:
    """What customers have asked in these chats, as their messages say: by the first one with which
    they begin one, or begin it again after it was closed; until it is closed."""
    chosen = select(c.id).where(which).cte("chosen")
    told = (
        select(
            m.chat_id,
            m.seq,
            m.created_at,
            m.line,
            func.lead(m.line).over(partition_by=m.chat_id, order_by=m.seq).label("following"),
        )
        # Not a join, for which SQLite may go through all messages there are.
        .where(m.chat_id.in_(select(chosen.c.id)), m.line.in_([*CLOSINGS, Line.REOPENED.value]))
        .cte("told")
    )
    t = told.c
    # One that was undone has closed nothing.
    is_closing = and_(t.line.in_(CLOSINGS), func.coalesce(t.following, "") != Line.REOPENED.value)
    bounds = union_all(
        select(chosen.c.id.label("chat_id"), literal(0).label("seq"), NOTHING.label("created_at")),
        select(t.chat_id, t.seq, t.created_at).where(is_closing),
    ).cte("bounds")
    b = bounds.c
    in_order: dict[str, Any] = {"partition_by": b.chat_id, "order_by": b.seq}
    stretches = (
        select(
            b.chat_id,
            b.seq.label("since"),
            func.lead(b.seq).over(**in_order).label("closed_seq"),
            func.lead(b.created_at).over(**in_order).label("closed_at"),
        )
    ).cte("stretches")
    s = stretches.c
    asked = (
        select(
            s.chat_id,
            c.customer_id,
            s.closed_seq,
            s.closed_at,
            first_said(s, s.since, a.sender_id == c.customer_id, a.seq).label("asked_seq"),
        )
        .join_from(stretches, chats.table, c.id == s.chat_id)
        .cte("asked")
        .prefix_with("MATERIALIZED")  # or each question is looked for several times
    )
    q = asked.c
    answer = first_said(q, q.asked_seq, a.sender_id != q.customer_id, a.id)
    found = (
        select(q.chat_id, q.asked_seq, q.closed_at, answer.label("answer_id"))
        .where(q.asked_seq.is_not(None))
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    f = found.c
    return (
        select(
            f.chat_id,
            f.asked_seq,
            m.created_at,
            a.created_at.label("answered_at"),
            a.sender_id.label("answered_by"),
            f.closed_at,
        )
        .join_from(found, messages.table, and_(m.chat_id == f.chat_id, m.seq == f.asked_seq))
        .outerjoin(answers, a.id == f.answer_id)
    )


def sums_of(which: ColumnElement[bool]) -> Select[Any]:
    """The chats of which this is kept, with their versions and what `KeptChat` sums up."""
    k = kept_messages.c
    sums = [func.sum(case((side, k.number))) for side in (k.by_id == 0, k.by_id > 0)]
    sides = [func.coalesce(each, 0) for each in sums]
    return (
        select(c.id, c.version, *sides, func.min(k.at), func.max(k.at))
        .outerjoin_from(chats.table, kept_messages, k.chat_id == c.id)
        .where(which)
        .group_by(c.id, c.version)
    )


def said_in(which: ColumnElement[bool]) -> Select[Any]:
    """How much each has said in these chats in each quarter of an hour, as the messages say."""
    quarter = m.created_at - m.created_at % QUARTER
    by_id = case((BY_CUSTOMER, 0), else_=m.sender_id)
    return (
        select(m.chat_id, quarter.label("at"), by_id.label("by_id"), func.count().label("number"))
        .join_from(chats.table, messages.table, m.chat_id == c.id)
        .where(which, WAS_SAID)
        .group_by(m.chat_id, quarter, by_id)
    )


def first_said(stretch: Any, after: Any, by_whom: ColumnElement[bool], what: Any) -> Any:
    """Of the first message of the stretch behind a place, by its customer or by staff."""
    return (
        select(what)
        .where(
            a.chat_id == stretch.chat_id,
            a.seq > after,
            or_(stretch.closed_seq.is_(None), a.seq < stretch.closed_seq),
            a.line.is_(None),
            a.held_at.is_(None),
            by_whom,
        )
        .order_by(a.seq)
        .limit(1)
        .scalar_subquery()
    )


def asked(found: CTE, figure: Figure, since: int, until: int) -> Select[Any]:
    q = found.c
    goes_on = and_(q.closed_at.is_(None), q.status.in_(LIVING))
    is_answered = q.answered_at.is_not(None)
    # Its customer said so of articles, which closed it.
    has_helped = exists().where(
        b.chat_id == q.chat_id, b.has_helped, b.ended_at.between(q.asked_at, q.closed_at)
    )
    conditions: dict[Figure, ColumnElement[bool]] = {
        Figure.QUESTIONS: true(),
        Figure.FIRST_ANSWERS: is_answered,
        Figure.WAITING: and_(not_(is_answered), goes_on),
        Figure.HELPED: and_(not_(is_answered), has_helped),
        Figure.UNANSWERED: and_(not_(is_answered), not_(goes_on), not_(has_helped)),
        Figure.SOLVED: and_(is_answered, q.closed_at.is_not(None)),
    }
    amount: Any = NOTHING
    agent: Any = func.coalesce(q.answered_by, q.agent_id)
    at = q.asked_at
    if figure == Figure.FIRST_ANSWERS:
        amount = lasting(q.answered_at - q.asked_at)
    elif figure == Figure.SOLVED:
        at, amount, agent = q.closed_at, lasting(q.closed_at - q.asked_at), q.agent_id
    return select(*fact(figure.value, at, agent, q, place=q.seq, amount=amount)).where(
        conditions[figure], at >= since, at < until
    )


def lasting(amount: Any) -> Any:
    """What was merged may stand behind what was said later: then it took no time."""
    return case((amount > 0, amount), else_=0)


def rated(figure: Figure, since: int, until: int) -> Select[Any]:
    is_good = or_(
        and_(r.kind == THUMBS, r.value == 1), and_(r.kind == STARS, r.value >= GOOD_STARS)
    )
    value = case((r.kind == STARS, r.value + len(THUMB_KEYS) - 1), else_=r.value)
    found = (
        select(*fact(figure.value, r.rated_at, c.agent_id, rating=value))
        .join_from(ratings.table, chats.table, c.id == r.chat_id)
        .where(COUNTS, r.rated_at >= since, r.rated_at < until)
    )
    return found.where(is_good) if figure == Figure.GOOD_RATINGS else found
