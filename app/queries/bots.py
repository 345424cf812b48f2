"""Where the bot answers, what it is asked, what it would say, and what it has said."""

import math
from typing import NamedTuple

from flask import current_app
from sqlalchemy import bindparam, select

from app.folding import fold
from app.models import chats, database, messages, sites
from app.models.articles import ArticleState
from app.models.bots import MOST_ARTICLES, OF_CHAT, Bot, BotAnswerState
from app.models.chats import ChatState
from app.queries.articles import IN_TITLE, SHOWN, hits
from app.terms import Term, Way, terms

ENOUGH = 0.5  # of what the best article says, for another one to be named
LONGEST_QUESTION = 1000  # characters of it that are looked at
SETTING = select(sites.table.c.bot).where(sites.table.c.id == bindparam("site_id"))
m, c = messages.table.c, chats.table.c
QUESTION = (
    select(c.site_id, m.text)
    .join(messages.table, (m.chat_id == c.id) & (m.sender_id == c.customer_id))
    .where(c.id == bindparam("chat_id"), m.deleted_at.is_(None), m.held_at.is_(None))
    .order_by(m.seq)
    .limit(1)
)
# What many questions hold, whatever they are about; folded.
COMMON = frozenset(
    fold(
        "a about am an and any are as at be been but by can could do does did for from get had has "
        "have hello help hey hi how i if in is it its just know like me my need no not of on or "
        "our please question so some thank thanks that the their there they this to want was we "
        "what when where which who why will with would yes you your "
        "aber alle als am an auch auf aus bei bin bitte da danke das dass dem den der des die doch "
        "du ein eine einen einer eines er es etwas frage fur gibt guten habe haben hallo hat "
        "hilfe ich ihr ihre im in ist ja kann kein keine konnen man mein meine meinen mich mir mit "
        "mochte muss nach nicht noch oder sein sich sie sind so tag uber um und uns unser von vor "
        "wann warum was wenn wer wie will wird wo zu zum zur "
        "في من على إلى عن مع هل ما ماذا متى أين كيف لماذا كم أنا أنت نحن هو هي هذا هذه ذلك "
        "التي الذي لا لم لن نعم أريد أرجو من فضلك شكرا مرحبا السلام عليكم سؤال مساعدة "
        "أو و ثم قد كان يا"
    ).split()
)


class Offered(NamedTuple):
    """What a customer is asked now: whether these articles helped."""

    chat_id: int
    articles: list[ArticleState]


def question(chat_id: int) -> str | None:
    """The words with which a chat began, where the bot answers; it is off by default."""
    found = database.row(QUESTION, chat_id=chat_id)
    is_asked = found is not None and is_on(found.site_id)
    return found.text[:LONGEST_QUESTION] if is_asked else None


def is_on(site_id: int | None) -> bool:
    """Whether it answers who writes from this site, or from the desk's own pages."""
    if site_id is None:
        return bool(current_app.config["BOT"])
    return bool(database.scalar(SETTING, site_id=site_id) == Bot.ON)


def likeliest(text: str) -> list[ArticleState]:
    """The published articles that say most about a question, three at most, if any says enough.

    A word says the more the fewer articles have it. One that stands in a title is enough; of those
    in texts it takes two.
    """
    wanted = [shortened(term) for term in terms(telling(text))]
    languages = {"languages": current_app.config["LANGUAGES"]}
    found = hits(SHOWN, languages, wanted) if wanted else []
    having = [sum(bool(hit.words[n]) for hit in found) for n in range(len(wanted))]
    weights = [weight(len(found), each) for each in having]
    scored = [
        (sum(here * each for here, each in zip(hit.words, weights, strict=True)), hit.article)
        for hit in found
        if IN_TITLE in hit.words or sum(map(bool, hit.words)) > 1
    ]
    scored.sort(key=lambda each: (-each[0], each[1].id))
    return [each for score, each in scored if score >= ENOUGH * scored[0][0]][:MOST_ARTICLES]


def telling(text: str) -> str:
    """The words of a question that say what it is about."""
    words = "".join(char if char.isalnum() else " " for char in text).split()
    kept = [each for each in dict.fromkeys(words) if fold(each) not in COMMON]
    return " ".join(sorted(kept, key=len, reverse=True))


def shortened(term: Term) -> Term:
    """Without the ends by which languages bend a word: `returned` finds `return`."""
    return [
        Way((way.words[0][: max(4, len(way.words[0]) - 2)],), True)
        if len(way.words) == 1 and len(way.words[0]) > 4
        else way
        for way in term
    ]


def weight(of: int, having: int) -> float:
    return math.log(1 + of / having) if having else 0.0


def of_chat(chat_id: int) -> BotAnswerState | None:
    found = database.row(OF_CHAT, chat_id=chat_id)
    return found and BotAnswerState._make(found)


def offered_in(chat: ChatState | None) -> Offered | None:
    """What its customer is asked; no more once they have written anything else, or a person has."""
    if chat is None or not chat.is_waiting or chat.first_reply_at is not None:
        return None
    found = of_chat(chat.id)
    if found is None or found.ended_at is not None or chat.last_seq > found.seq:
        return None
    rows = database.rows(SHOWN, languages=current_app.config["LANGUAGES"])
    shown = {each.id: each for each in map(ArticleState._make, rows)}
    return Offered(chat.id, [shown[each] for each in found.article_ids if each in shown])
