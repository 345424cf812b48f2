"""Looking for what answers a first question, and saying it."""

from collections.abc import Sequence

from flask import current_app

from app.bot.model import Answer, Answerer
from app.models.articles import ArticleState
from app.operations import bots
from app.queries import articles
from app.queries import bots as queries


def answer(chat_id: int) -> None:
    """Names what may help; where nothing does, nothing is said and the chat waits as any other."""
    question = queries.question(chat_id)
    found = queries.likeliest(question) if question else []
    if not question or not found:
        return
    said = by_model(question, found)
    named = [each for each in found if said is None or each.id in said.article_ids]
    bots.answer(chat_id, named, said.text if said else "")


def by_model(question: str, found: Sequence[ArticleState]) -> Answer | None:
    address = current_app.config["BOT_MODEL_URL"]
    if not address:
        return None
    whole = articles.whole([each.id for each in found])
    return Answerer(address, current_app.config["BOT_MODEL_KEY"]).answer(question, whole)
