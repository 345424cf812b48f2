"""Articles over sockets: each reader is given those that are theirs to read."""

from typing import Any

from app.operations import articles
from tests.live.conftest import Place
from tests.people import People


def titles(answer: dict[str, Any]) -> list[str]:
    return [article["title"] for article in answer["articles"]]


def test_customers_find_what_is_published_and_staff_drafts_too(
    place: Place, people: People
) -> None:
    # The server's database is that of other tests, too: what they wrote has other words.
    shown = articles.create(people.maya, title="Kayaks", text="Send it", is_published=True)
    draft = articles.create(people.maya, title="Kayaks by post", text="Soon")
    lena, ana = place.client(people.lena), place.client(people.ana)
    assert titles(lena.ask("find_articles", {"query": "kayak"})) == ["Kayaks"]
    assert "Kayaks" in titles(lena.ask("find_articles", {}))
    assert titles(ana.ask("find_articles", {"query": "kayak"})) == ["Kayaks", "Kayaks by post"]
    assert "Kayaks" not in titles(ana.ask("find_articles", {"language": "de"}))
    assert lena.ask("get_article", {"articleId": shown.id})["article"]["text"] == "Send it"
    assert ana.ask("get_article", {"articleId": draft.id})["article"]["text"] == "Soon"
    refused = lena.ask("get_article", {"articleId": draft.id})
    assert refused["error"]["code"] == "not_found"
    wrong = lena.ask("find_articles", {"query": "x" * 201})
    assert wrong["error"]["fields"].keys() == {"query"}
    articles.edit(people.maya, shown.id, is_published=False)
    assert titles(lena.ask("find_articles", {"query": "kayak"})) == []
    for article in (shown, draft):
        articles.remove(people.maya, article.id)
