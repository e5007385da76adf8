"""schemathesis over the custodian's own description: no answer but those it promises, no fault, nothing repeated."""

from __future__ import annotations

from collections.abc import Iterator

import factories
import pytest
import schemathesis
from factories import AUDITOR, LEADER, RESEARCHER, Ground
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import APIOperation
from starlette.testclient import TestClient

from secure_zone.audit.verify import verify
from secure_zone.custodian.app import create_app
from secure_zone.custodian.use_cases.sign_in import sign_in

load_all_checks()
PROMISES = [
    check
    for check in CHECKS.get_all()
    if check.__name__
    in {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
        "negative_data_rejection",
        "unsupported_method",
        "missing_required_header",
        "ignored_auth",
    }
]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with factories.open_ground() as opened:
        yield opened


@pytest.fixture(scope="module")
def tokens(ground: Ground) -> dict[str, str]:
    """A session of each kind of rights, without the right to make the others' sessions invalid."""
    return {
        user: sign_in(ground.house, user, factories.passphrase_of(user), ground.code(user))[0]
        for user in (AUDITOR, RESEARCHER, LEADER)
    }


def operations(ground: Ground) -> list[APIOperation]:
    """All verbs that the custodian's own description names."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(ground.house))
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_custodian_keeps_its_promises(ground: Ground, tokens: dict[str, str], mode: GenerationMode) -> None:
    verbs = operations(ground)
    assert len(verbs) > 20
    for operation in verbs:
        # Whoever ends the session that asks, or the user behind it, asks without one.
        ends = operation.method.upper() == "DELETE" and operation.path in ("/session", "/users/{user}")
        fuzz(operation, mode, "of nobody" if ends else tokens[LEADER])


def fuzz(operation: APIOperation, mode: GenerationMode, token: str) -> None:
    @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def keeps_its_promises(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=PROMISES)

    try:
        keeps_its_promises()
    except Unsatisfiable:
        # A verb without input cannot be given wrong input.
        assert mode is GenerationMode.NEGATIVE and operation.body.items == [] and not operation.query.items


def test_afterwards_the_log_is_sound(ground: Ground, tokens: dict[str, str]) -> None:
    assert tokens
    assert verify(ground.house.ledger).sound


MARKER = "zq-marker-01817012345"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/session", {"user": MARKER, "passphrase": MARKER, "code": MARKER}),
        ("POST", "/session", {"user": MARKER * 50, "passphrase": MARKER, "code": 3}),
        ("POST", "/session", {MARKER: MARKER}),
        ("POST", "/users", {"user": MARKER, "display_name": MARKER, "role": MARKER, "why": MARKER}),
        ("POST", "/users", {"user": MARKER, "display_name": MARKER, "role": "researcher", "why": MARKER}),
        ("POST", f"/users/{MARKER}/reset", {"why": MARKER}),
        ("DELETE", f"/users/{MARKER}", {"why": MARKER}),
        ("POST", f"/datasets/{MARKER}/open", {"why": MARKER, "version": MARKER}),
        ("POST", f"/datasets/{MARKER}/open", {"why": "a reason to open it"}),
        ("GET", f"/{MARKER}", None),
        ("GET", f"/audit?since={MARKER}", None),
        ("GET", f"/audit?{MARKER}=1&limit={MARKER}", None),
        ("DELETE", f"/sessions/{MARKER}", None),
        ("PUT", "/account/language", {"language": MARKER}),
        ("POST", "/account/passphrase", {"current": MARKER, "new": MARKER}),
        ("POST", "/enrolment/start", {"passphrase": MARKER}),
        ("PATCH", "/users", None),
    ],
)
def test_nothing_that_was_sent_comes_back(
    ground: Ground,
    tokens: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    body: dict[str, object] | None,
) -> None:
    client = TestClient(create_app(ground.house), raise_server_exceptions=False)
    with caplog.at_level("DEBUG", logger="varde"):
        answer = client.request(method, path, json=body, headers={"Authorization": f"Bearer {tokens[LEADER]}"})
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("varde")]
    if answer.status_code != 200:
        assert set(answer.json()) == {"error"}
        assert set(answer.json()["error"]) == {"code", "message", "template", "params"}
    assert MARKER not in answer.text
    assert MARKER not in "".join(ours)


def test_a_fault_of_ours_is_one_sentence_without_details(ground: Ground, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(ground.house)

    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError(MARKER)

    client = TestClient(app, raise_server_exceptions=False)
    with caplog.at_level("DEBUG", logger="varde"):
        answer = client.get("/fault")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "fault"
    assert "Traceback" not in answer.text and MARKER not in answer.text
    logged = "".join(record.getMessage() for record in caplog.records if record.name.startswith("varde"))
    assert "RuntimeError" in logged and MARKER not in logged


def test_a_large_body_is_refused_before_it_is_read(ground: Ground) -> None:
    answer = TestClient(create_app(ground.house)).post("/session", content=b"x" * 1_000_000)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"user": "a", "user": "b"}', b"[" * 5000]
)
def test_a_body_that_is_no_json_is_refused(ground: Ground, content: bytes) -> None:
    client = TestClient(create_app(ground.house), raise_server_exceptions=False)
    answer = client.post("/session", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] == "bad_input"
