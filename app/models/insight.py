"""What reports count: figures, each of them a select of facts.

A fact is one thing that a figure counts: when it was (`at`), in which chat, where in it (`place`,
a message's `seq`, or 0), how long it took (`amount`, ms) where a figure says that, and whose it
was. A number is how many facts there are, or their median; what it opens is the same facts. So
both are asked of one select, and whatever keeps facts in a table of its own is asked the same way.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)

from app.models import chats, messages, ratings, users
from app.models.chats import LIVING
from app.models.messages import Line
from app.models.ratings import Asks


class Figure(StrEnum):
    CHATS = "chats"
    CUSTOMER_MESSAGES = "customer_messages"
    STAFF_MESSAGES = "staff_messages"
    QUESTIONS = "questions"
    FIRST_ANSWERS = "first_answers"
    WAITING = "waiting"
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
answers: Any = messages.table.alias("answers")
a = answers.c
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


def facts(figures: set[Figure], since: int, until: int, among: Any = None) -> Any:
    """The facts of these figures between two instants, the second one excluded; each says which
    `figure` it is one of. `among` selects the ids of chats in which all of them are, where these
    are found by less than going through all."""
    parts: list[Select[Any]] = []
    if Figure.CHATS in figures:
        parts.append(begun(since, until, among))
    if figures & MESSAGES:
        parts.append(said(figures & MESSAGES, since, until, among))
    if figures & ASKED:
        found = questions(since, until, among)
        parts += [asked(found, each, since, until) for each in sorted(figures & ASKED)]
    parts += [rated(each, since, until) for each in sorted(figures & RATED)]
    return parts[0] if len(parts) == 1 else union_all(*parts)


def fact(
    figure: Any, at: Any, place: Any, amount: Any, agent: Any, rating: Any = None
) -> list[Any]:
    of_chat = [c.id.label("chat_id"), c.customer_id, c.team_id, c.topic_id, c.site_id]
    named = figure if isinstance(figure, ColumnElement) else literal(figure)
    return [
        named.label("figure"),
        at.label("at"),
        (literal(0) if place is None else place).label("place"),
        (NOTHING if amount is None else amount).label("amount"),
        agent.label("agent_id"),
        (NOTHING if rating is None else rating).label("rating"),
        *of_chat,
    ]


def begun(since: int, until: int, among: Any = None) -> Select[Any]:
    columns = fact(Figure.CHATS.value, c.created_at, None, None, c.agent_id)
    return select(*columns).where(counts(among), c.created_at >= since, c.created_at < until)


def counts(among: Any = None) -> ColumnElement[bool]:
    return COUNTS if among is None else and_(c.id.in_(among), COUNTS_AS_MET)


def touched(since: int, until: int, among: Any = None) -> ColumnElement[bool]:
    """Chats in which something can have been said between two instants. What was merged into one
    may be older than it."""
    is_begun = or_(c.created_at < until, c.id.in_(MERGED))
    return and_(counts(among), c.updated_at >= since, is_begun)


def said(figures: set[Figure], since: int, until: int, among: Any = None) -> Select[Any]:
    by_customer = m.sender_id == c.customer_id
    theirs, ours = Figure.CUSTOMER_MESSAGES, Figure.STAFF_MESSAGES
    figure = case((by_customer, theirs.value), else_=ours.value)
    agent = case((by_customer, c.agent_id), else_=m.sender_id)
    found = (
        select(*fact(figure, m.created_at, m.seq, None, agent))
        .join_from(chats.table, messages.table, m.chat_id == c.id)
        .where(touched(since, until, among), WAS_SAID)
        .where(m.created_at >= since, m.created_at < until)
    )
    if ours not in figures:
        return found.where(by_customer)
    return found if theirs in figures else found.where(not_(by_customer))


def questions(since: int, until: int, among: Any = None) -> CTE:
    """What customers have asked in chats of that time: by the first message with which they begin
    one, or begin it again after it was closed; until it is closed."""
    told = (
        select(
            m.chat_id,
            m.seq,
            m.created_at,
            m.line,
            func.lead(m.line).over(partition_by=m.chat_id, order_by=m.seq).label("following"),
        )
        .join_from(chats.table, messages.table, m.chat_id == c.id)
        .where(touched(since, until, among), m.line.in_([*CLOSINGS, Line.REOPENED.value]))
        .cte("told")
    )
    t = told.c
    # One that was undone has closed nothing.
    is_closing = and_(t.line.in_(CLOSINGS), func.coalesce(t.following, "") != Line.REOPENED.value)
    bounds = union_all(
        select(c.id.label("chat_id"), literal(0).label("seq"), NOTHING.label("created_at")).where(
            touched(since, until, among)
        ),
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
    )
    q = asked.c
    answer = first_said(q, q.asked_seq, a.sender_id != q.customer_id, a.id)
    return (
        select(q.chat_id, q.asked_seq, q.closed_seq, q.closed_at, answer.label("answer_id"))
        .where(q.asked_seq.is_not(None))
        .cte("questions")
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
    goes_on = and_(q.closed_seq.is_(None), c.status.in_(LIVING))
    is_answered = q.answer_id.is_not(None)
    conditions: dict[Figure, ColumnElement[bool]] = {
        Figure.QUESTIONS: q.chat_id.is_not(None),
        Figure.FIRST_ANSWERS: is_answered,
        Figure.WAITING: and_(not_(is_answered), goes_on),
        Figure.UNANSWERED: and_(not_(is_answered), not_(goes_on)),
        Figure.SOLVED: and_(is_answered, q.closed_seq.is_not(None)),
    }
    at, amount, agent = m.created_at, NOTHING, func.coalesce(a.sender_id, c.agent_id)
    if figure == Figure.FIRST_ANSWERS:
        amount = lasting(a.created_at - m.created_at)
    elif figure == Figure.SOLVED:
        at, amount, agent = q.closed_at, lasting(q.closed_at - m.created_at), c.agent_id
    return (
        select(*fact(figure.value, at, q.asked_seq, amount, agent))
        .join_from(found, chats.table, c.id == q.chat_id)
        .join(messages.table, and_(m.chat_id == q.chat_id, m.seq == q.asked_seq))
        .outerjoin(answers, a.id == q.answer_id)
        .where(conditions[figure], at >= since, at < until)
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
        select(*fact(figure.value, r.rated_at, None, None, c.agent_id, value))
        .join_from(ratings.table, chats.table, c.id == r.chat_id)
        .where(COUNTS, r.rated_at >= since, r.rated_at < until)
    )
    return found.where(is_good) if figure == Figure.GOOD_RATINGS else found
