"""The examples of docs/embed.md sign what the desk takes, in each language that is here."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app.operations import identities
from app.operations.claims import claims_of
from app.queries import sites

PAGE = Path(__file__).parents[1] / "docs" / "embed.md"
PERSON = {"id": 7, "name": "Zoë “Z” Ångström", "email": "zoe@example.com"}
# By language: what runs it, and how what is given comes in and the token goes out.
LANGUAGES = {
    "python": (
        [sys.executable, "-c"],
        "import sys, json\n{}\nprint(deskbell_token(json.loads(sys.argv[1]), *sys.argv[2:]))",
    ),
    "js": (
        ["node", "-e"],
        "{}\nconst [p, ...more] = process.argv.slice(1);"
        "console.log(deskbellToken(JSON.parse(p), ...more));",
    ),
    "php": (
        ["php", "-r"],
        "{}\necho deskbell_token(json_decode($argv[1], true), $argv[2], $argv[3]);",
    ),
    "ruby": (
        ["ruby", "-e"],
        "{}\nputs deskbell_token(JSON.parse(ARGV[0], symbolize_names: true), ARGV[1], ARGV[2])",
    ),
}


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None, language
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_signs_what_the_desk_takes(language: str, app: Flask) -> None:
    runs, frame = LANGUAGES[language]
    if shutil.which(runs[0]) is None:
        pytest.skip(f"{runs[0]} is not here")
    site = sites.first()
    assert site is not None
    secret = identities.rotate_secret_by_shell(site.key)
    given = [json.dumps(PERSON), site.key, secret.secret]
    if language == "php":
        given = ["--", *given]
    program = frame.replace("{}", example(language), 1)
    done = subprocess.run([*runs, program, *given], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    claims = claims_of(site, done.stdout.strip())
    assert (claims.sub, claims.name, claims.email) == ("7", PERSON["name"], PERSON["email"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_is_twelve_lines_or_little_more(language: str) -> None:
    assert len(example(language).strip().splitlines()) <= 14
