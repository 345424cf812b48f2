"""docs/protocols.md names all that the documents name, each with a test that is there."""

import ast
import re
from pathlib import Path

import pytest

from app.protocols import KNOWN
from app.protocols.protocol import Protocol
from tests.protocols.names import NAMES

TESTS = Path(__file__).resolve().parent.parent
TEXT = (TESTS.parent / "docs" / "protocols.md").read_text()
ROW = re.compile(r"^\| (?P<kind>[a-z ]+) \| `(?P<name>[^`]+)` \| `(?P<proof>[^`]+)` \|$", re.M)
PATH_ID = re.compile(r"<id:\w+>")


def section(name: str) -> str:
    found = re.search(rf"^## Protocol {name}\b.*?(?=^## |\Z)", TEXT, re.M | re.S)
    assert found is not None, f"no section of protocol {name}"
    return found[0]


def rows(name: str) -> list[tuple[str, str, str]]:
    """Kind, name and proof of each row."""
    return [(row["kind"], row["name"], row["proof"]) for row in ROW.finditer(section(name))]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_document_is_in_the_table(name: str) -> None:
    wanted = {(kind, each) for kind, names in NAMES[name].items() for each in names}
    assert wanted - {(kind, each) for kind, each, _proof in rows(name)} == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_proof_is_a_test_that_speaks_of_the_name(name: str) -> None:
    for _kind, each, proof in rows(name):
        path, _, function = proof.partition("::")
        source = (TESTS / path).read_text()
        assert function in functions(source), proof
        # A test that runs the document's own client speaks of what that client does.
        script = (TESTS / path).parent / "client.mjs"
        spoken = source + (script.read_text() if "client.mjs" in source else "")
        assert last_word(each) in spoken, f"{proof} does not speak of {each}"


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_a_protocol_answers_to_is_in_the_table(name: str) -> None:
    protocol = KNOWN[name]
    listed = {(kind, re.sub(r"/:\w+", "/:id", each)) for kind, each, _proof in rows(name)}
    assert {("event in", event) for event in protocol.taken} - listed == set()
    assert endpoints(protocol) - {each for kind, each in listed if kind == "endpoint"} == set()
    assert {("page", url) for url in protocol.pages if "<" not in url} - listed == set()


def endpoints(protocol: Protocol) -> set[str]:
    return {
        f"{each.method} {PATH_ID.sub(':id', rule)}"
        for each in protocol.door.endpoints
        for rule in each.rules
    }


def last_word(name: str) -> str:
    """The last part of an address that is no id; the name itself where it is none."""
    return [part for part in name.split(" ")[-1].split("/") if part[:1] not in ("", ":")][-1]


def functions(source: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
