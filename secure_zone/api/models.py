"""The bodies of requests and answers: strict, bounded, and the same classes on both sides of the socket."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from secure_zone.accounts import AccountState
from secure_zone.roles import Role

# No control characters, line separators or marks that turn the direction: they could forge lines in a log.
PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=PLAIN)]
DisplayName = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PLAIN)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=PLAIN)]
Passphrase = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]
Version = Annotated[int, Field(ge=1, le=1_000_000)]


class Message(BaseModel):
    """The root of all bodies: no unknown fields, no change afterwards, and no input repeated in what goes wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Problem(Message):
    """What went wrong: a stable code, the sentence, and the sentence's template and values for translation."""

    code: str
    message: str
    template: str
    params: dict[str, str | int | float] = {}


class ProblemAnswer(Message):
    """The one shape of every answer that is not a success."""

    error: Problem


class Done(Message):
    """The verb is carried out, and there is nothing more to say."""

    done: bool = True


# --- the zone -------------------------------------------------------------------------------------------------------


class Status(Message):
    """What anyone who reaches the socket may know."""

    zone_id: str
    name: str
    demo: bool
    version: str
    ready: bool
    log: str = Field(description="checking, sound or unsound: the verdict on the audit log since the start")


class DemoUser(Message):
    """A user of a demo zone, with what is needed to sign in. `code` is None while every valid code has been used."""

    user: str
    display_name: str
    role: Role
    passphrase: str
    code: str | None
    seconds_left: int


# --- sessions -------------------------------------------------------------------------------------------------------


class SignIn(Message):
    """Both factors at once. `code` is from the authenticator, or the one-time code of an invitation or a reset."""

    user: Name
    passphrase: Passphrase = Field(repr=False)
    code: Code = Field(repr=False)


class SessionView(Message):
    """Who is signed in. Seconds are counted from the answer; whichever of the two runs out first ends the session."""

    session_id: str
    user: str
    display_name: str
    role: Role
    language: str
    must_enrol: bool
    new_passphrase_needed: bool
    waits_for_confirmation: bool
    created: datetime
    idle_seconds_left: int
    seconds_left: int
    may: list[str]
    demo: bool
    zone_name: str


class SignedIn(Message):
    """The answer to a sign-in. The token is a secret: whoever has it has the session."""

    token: str = Field(repr=False)
    session: SessionView


class SessionRow(Message):
    """One of a user's own sessions."""

    session_id: str
    created: datetime
    last_seen: datetime
    current: bool


# --- one's own account ----------------------------------------------------------------------------------------------


class EnrolmentStart(Message):
    """`passphrase` is needed to replace a second factor, not to set up the first one."""

    passphrase: Passphrase | None = Field(default=None, repr=False)


class Enrolment(Message):
    """A new second factor, not yet in force: as an address for the authenticator, as text, and as a QR code."""

    otpauth_uri: str = Field(repr=False)
    secret: str = Field(repr=False)
    qr_svg: str = Field(repr=False)
    new_passphrase_needed: bool


class EnrolmentConfirm(Message):
    """A code of the new second factor, and the passphrase of one's own where the present one is temporary."""

    code: Code = Field(repr=False)
    new_passphrase: Passphrase | None = Field(default=None, repr=False)


class PassphraseChange(Message):
    """The passphrase as it is, and as it shall be."""

    current: Passphrase = Field(repr=False)
    new: Passphrase = Field(repr=False)


class LanguageChange(Message):
    """One of `accounts.LANGUAGES`."""

    language: Annotated[str, StringConstraints(pattern=r"^(nb|en)$")]


# --- users ----------------------------------------------------------------------------------------------------------


class UserView(Message):
    """A user, as those who look after users see them."""

    user: str
    display_name: str
    role: Role
    state: AccountState
    holder: bool
    renewed_by: str | None = Field(
        default=None, description="who renewed the account, while it waits for another holder"
    )
    created_at: datetime
    enrolment_expires: datetime | None


class NewUser(Message):
    """An invitation to be made."""

    user: Name
    display_name: DisplayName
    role: Role
    why: Reason


class Why(Message):
    """A written reason, kept in the audit log."""

    why: Reason


class Invitation(Message):
    """What the new user needs to sign in the first time: shown once, kept nowhere."""

    user: str
    passphrase: str | None = Field(repr=False)
    code: str = Field(repr=False)
    expires_at: datetime


# --- key area -------------------------------------------------------------------------------------------------------


class KeyAreaHolder(Message):
    """Someone the key area is sealed to."""

    user: str
    display_name: str
    role: Role
    state: AccountState


class KeyAreaView(Message):
    """Whether the key area is open, and who can open it."""

    open: bool
    opened_by: str | None
    opened_at: datetime | None
    generation: int
    created_at: datetime
    holders: list[KeyAreaHolder]
    most_holders: int


# --- datasets -------------------------------------------------------------------------------------------------------


class VersionView(Message):
    """One version of a dataset that the user may open."""

    version: int
    state: str
    rows: int | None
    created_by: str
    created_at: datetime


class DatasetView(Message):
    """A dataset of which the user has the key to at least one version; the versions are newest first."""

    name: str
    purpose: str
    versions: list[VersionView]


class OpenDataset(Message):
    """The version to open (the current one when left out), and why."""

    version: Version | None = None
    why: Reason


class OpenedDataset(Message):
    """All that is needed to read one version, and no other."""

    zone_id: str
    dataset: str
    version: int
    purpose: str
    key: str = Field(repr=False, description="the version's data key, 32 bytes in base64")
    manifest_sha256: str
    folder: str = Field(description="relative to the zone's data area")


# --- audit ----------------------------------------------------------------------------------------------------------


class AuditEntry(Message):
    """One line of the audit log."""

    seq: int
    at: datetime
    who: str
    verb: str
    subject: str
    why: str
    version: int | None
    details: dict[str, Any]
    hash: str


class AuditPage(Message):
    """Entries in order, and where to go on: `next_after` is None at the end."""

    entries: list[AuditEntry]
    next_after: int | None


class AuditFinding(Message):
    """Something in the log, the ledger or the signed head that is not as it was written."""

    kind: str
    place: str
    what: str
    template: str
    params: dict[str, int]
    seq: int | None


class AuditReport(Message):
    """The verdict on the whole log."""

    sound: bool
    entries: int
    newest: str | None = Field(description="the newest place in the log, worth noting outside the zone")
    findings: list[AuditFinding]
