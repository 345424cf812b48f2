"""REST as its own document says it is: schemathesis makes the calls, right ones and wrong ones.

Nothing that the document allows or forbids makes a 500, and every answer is one that it names.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.auth.tokens import access_token
from tests.security.cast import Cast

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 6  # an endpoint, each way in which schemathesis makes them


def test_every_answer_is_one_that_the_document_names(house: Flask, cast: Cast) -> None:
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", house)
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 40
    answered: Counter[int] = Counter()
    for operation in operations:
        for mode in GenerationMode:
            answered += try_out(operation, mode, cast)
    assert {200, 201, 204, 400, 401, 404, 422} <= set(answered), answered


def try_out(operation: Any, mode: GenerationMode, cast: Cast) -> Counter[int]:
    """Calls an endpoint as it is meant to be called, or as it is not. How often which status."""
    answered: Counter[int] = Counter()
    tokens = [access_token(cast[name]) for name in ("customer", "agent")]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        for token in tokens:
            # Without a server between, schemathesis does not unpack what it says it would take.
            plain = {"Accept-Encoding": "identity"}
            answer = case.call(headers={"Authorization": f"Bearer {token}"} | plain)
            case.validate_response(answer, checks=CHECKS)
            answered[answer.status_code] += 1

    with contextlib.suppress(Unsatisfiable):  # nothing can be wrong where nothing is taken
        call()
    return answered
