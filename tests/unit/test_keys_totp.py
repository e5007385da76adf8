"""One-time codes: the values of RFC 6238, one step of drift, each code once."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from secure_zone.keys import totp
from secure_zone.keys.secret import Secret

# RFC 6238, appendix B, SHA-1, the last six of its eight digits.
RFC_SECRET = Secret(b"12345678901234567890")
RFC_CODES = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize(("now", "code"), RFC_CODES.items())
def test_codes_of_the_standard(now: int, code: str) -> None:
    assert totp.code_at(RFC_SECRET, totp.step_at(now)) == code
    assert totp.check(RFC_SECRET, code, now, None) == now // 30


@pytest.mark.parametrize(("drift", "accepted"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_one_step_off(drift: int, accepted: bool) -> None:
    now = 1_111_111_110
    code = totp.code_at(RFC_SECRET, totp.step_at(now + drift))
    assert (totp.check(RFC_SECRET, code, now, None) is not None) is accepted


def test_a_code_counts_once_and_older_ones_no_more() -> None:
    now = 1_234_567_890
    step = totp.step_at(now)
    assert totp.check(RFC_SECRET, totp.code_at(RFC_SECRET, step), now, step) is None
    assert totp.check(RFC_SECRET, totp.code_at(RFC_SECRET, step - 1), now, step) is None
    assert totp.check(RFC_SECRET, totp.code_at(RFC_SECRET, step + 1), now, step) == step + 1


@pytest.mark.parametrize("code", ["", "28708", "2870822", "28708a", "２８７０８２", "-87082", "287082\0", "\ud7ff" * 6])
def test_what_is_no_code_is_refused(code: str) -> None:
    assert totp.check(RFC_SECRET, code, 59, None) is None


def test_spaces_as_apps_show_them_are_fine() -> None:
    assert totp.check(RFC_SECRET, " 287 082 ", 59, None) == 1


def test_the_beginning_of_time_is_no_special_case() -> None:
    assert totp.check(RFC_SECRET, totp.code_at(RFC_SECRET, 0), 0, None) == 0


def test_where_two_steps_share_a_code_the_later_counts() -> None:
    """The same six digits in two steps of one window must not be usable twice. (The secret was found by search.)"""
    secret = Secret((266032).to_bytes(20, "big"))
    assert [totp.code_at(secret, step) for step in (2, 3, 4)] == ["195795", "246168", "246168"]
    assert totp.check(secret, "246168", 90, None) == 4
    assert totp.check(secret, "246168", 90, 3) == 4
    assert totp.check(secret, "246168", 90, 4) is None


def test_the_address_behind_the_qr_code() -> None:
    secret = totp.new_secret()
    address = urlsplit(totp.provisioning_uri(secret, "kari nordmann", "Varde: æ"))
    fields = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert fields["secret"] == [totp.secret_text(secret)]
    assert fields["digits"] == ["6"]
    assert fields["period"] == ["30"]
    assert fields["algorithm"] == ["SHA1"]
    assert len(totp.secret_text(secret)) == 32


def test_seconds_left() -> None:
    assert [totp.seconds_left(now) for now in (0, 1.5, 29.9, 30)] == [30, 29, 1, 30]
