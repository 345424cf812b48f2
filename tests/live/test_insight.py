"""Reports over sockets, which a server of each mode looks for beside its loop."""

from typing import Any
from urllib.parse import urlencode

from app import clock, periods
from tests.live.conftest import Place
from tests.people import People


def test_a_report_says_what_its_rows_are(place: Place, people: People) -> None:
    lena, ana, maya = (place.client(who) for who in (people.lena, people.ana, people.maya))
    day = periods.day_of(clock.now() // periods.DAY).isoformat()

    def asked(path: str, **more: str) -> Any:
        query = urlencode({"first": day, "last": day} | more)
        answer = maya.ask("request", {"method": "GET", "path": f"/insight{path}?{query}"})
        assert answer["ok"], answer
        return answer["answer"]

    of_ana = {"figure": "first_answers", "by": "agent", "key": str(people.ana.id)}
    chat_id = lena.send("What is counted?", "a")["chatId"]
    ana.join(chat_id)
    ana.send("This", "b", chatId=chat_id)
    rows = asked("/rows", **of_ana)["rows"]
    assert chat_id in [row["chatId"] for row in rows]
    groups = {g["key"]: g["count"] for g in asked("", figure="first_answers", by="agent")["groups"]}
    assert groups[str(people.ana.id)] == len(rows)
    counts = asked("/totals")["figures"]
    parts = ("first_answers", "waiting", "unanswered")
    assert counts["questions"]["count"] == sum(counts[each]["count"] for each in parts)
    path = f"/insight/totals?first={day}&last={day}"
    assert ana.ask("request", {"method": "GET", "path": path})["error"]["code"] == "forbidden"
