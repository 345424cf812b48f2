"""What the first paint of a page takes, as a browser counts it: at most 120 KB of assets."""

import pytest
import requests

from tests.browser.conftest import Desk, Visit
from tests.servers import wait_until

MOST = 120_000
ASSETS = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/static/"))
  .map(({ name, transferSize }) => [name, transferSize])"""


def is_smallest(address: str) -> bool:
    """Whether it is packed as small as it gets, which is done aside once it was asked for."""
    answer = requests.get(address, headers={"Accept-Encoding": "br, gzip"}, timeout=10, stream=True)
    return answer.headers.get("Content-Encoding") != "gzip"


@pytest.mark.parametrize(
    ("who", "path"),
    [("agent", "/admin/messages"), ("customer", "/widget")],
    ids=["inbox", "widget"],
)
def test_first_paint(visit: Visit, desk: Desk, who: str, path: str) -> None:
    desk.has_a_past()
    page = visit(who, path).page
    page.wait_for_load_state("networkidle")
    for address, _ in page.evaluate(ASSETS):
        wait_until(lambda address=address: is_smallest(address), 20)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.reload()
    page.wait_for_load_state("networkidle")
    assets = dict(page.evaluate(ASSETS))
    assert all(assets.values()), assets
    assert any(name.endswith(".woff2") or ".woff2?" in name for name in assets)
    assert 50_000 < sum(assets.values()) <= MOST, assets
