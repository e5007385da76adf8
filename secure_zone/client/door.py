"""Signing in, and one method for each thing the custodian can be asked."""

from __future__ import annotations

import base64
import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from secure_zone.api import models
from secure_zone.client.transport import Transport, body
from secure_zone.folder import ZoneFolder
from secure_zone.keys.secret import Secret
from secure_zone.roles import Role
from secure_zone.settings import Settings, zone_path

if TYPE_CHECKING:
    from secure_zone.store.reading import OpenVersion


def sign_in(user: str, passphrase: str | None = None, code: str | None = None, zone: Path | str | None = None) -> Zone:
    """A session with the zone. What is left out is asked for at the terminal, unseen.

    zone: the zone's folder; VARDE_ZONE or `zone` in the current folder when left out.
    """
    if passphrase is None:
        passphrase = getpass.getpass("Passphrase: ")
    if code is None:
        code = getpass.getpass("Code: ")
    door = Zone.outside(zone)
    try:
        return door.sign_in(user, passphrase, code)
    finally:
        door.close()


class Zone:
    """A zone seen through the custodian's socket: with a token as someone signed in, without one from outside."""

    def __init__(self, folder: ZoneFolder, token: str | None = None) -> None:
        self._folder = folder
        self._token = token
        self._transport = Transport(Settings(folder).socket, token)

    def __repr__(self) -> str:
        return f"Zone({self._folder.root.name!r}, {'signed in' if self._token else 'outside'})"

    @classmethod
    def outside(cls, zone: Path | str | None = None) -> Self:
        """Without a session: only `status`, `demo_users` and `sign_in` answer."""
        return cls(ZoneFolder(zone_path(Path(zone) if zone else None)))

    @classmethod
    def from_token(cls, token: str, zone: Path | str | None = None) -> Self:
        """With the token of a session that exists already. Whether it still holds is known at the first call."""
        return cls(ZoneFolder(zone_path(Path(zone) if zone else None)), token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go; the session stays."""
        self._transport.close()

    @property
    def token(self) -> str | None:
        """The session's token. Whoever has it has the session."""
        return self._token

    # --- from outside -----------------------------------------------------------------------------------------------

    def status(self) -> models.Status:
        """What anyone may know about the zone."""
        return models.Status.model_validate(self._transport.call("GET", "/status"))

    def demo_users(self) -> list[models.DemoUser]:
        """The users of a demo zone with what is needed to sign in; refused in any other zone."""
        return [models.DemoUser.model_validate(row) for row in self._transport.call("GET", "/demo/users")]

    def sign_in(self, user: str, passphrase: str, code: str) -> Self:
        """A signed-in Zone. SignInFailed for whatever reason it fails."""
        asked = body(models.SignIn, user=user, passphrase=passphrase, code=code)
        answer = models.SignedIn.model_validate(self._transport.call("POST", "/session", asked))
        return type(self)(self._folder, answer.token)

    # --- sessions ---------------------------------------------------------------------------------------------------

    def session(self) -> models.SessionView:
        """Who is signed in and for how long. Asking does not count as activity."""
        return models.SessionView.model_validate(self._transport.call("GET", "/session"))

    def touch(self) -> models.SessionView:
        """The same, and it counts as activity."""
        return models.SessionView.model_validate(self._transport.call("POST", "/session/touch"))

    def sign_out(self) -> None:
        """End this session."""
        self._transport.call("DELETE", "/session")

    def sessions(self) -> list[models.SessionRow]:
        """One's own sessions."""
        return [models.SessionRow.model_validate(row) for row in self._transport.call("GET", "/sessions")]

    def end_session(self, session_id: str) -> None:
        """End one of one's own sessions."""
        self._transport.call("DELETE", f"/sessions/{_segment(session_id)}")

    # --- one's own account ------------------------------------------------------------------------------------------

    def start_enrolment(self, passphrase: str | None = None) -> models.Enrolment:
        """A new second factor to show; in force when confirmed. The passphrase is needed to replace one."""
        asked = body(models.EnrolmentStart, passphrase=passphrase)
        return models.Enrolment.model_validate(self._transport.call("POST", "/enrolment/start", asked))

    def confirm_enrolment(self, code: str, new_passphrase: str | None = None) -> models.SessionView:
        """Put the new second factor in force by one of its codes."""
        asked = body(models.EnrolmentConfirm, code=code, new_passphrase=new_passphrase)
        return models.SessionView.model_validate(self._transport.call("POST", "/enrolment/confirm", asked))

    def change_passphrase(self, current: str, new: str) -> None:
        """Re-wrap one's private key. One's other sessions end."""
        self._transport.call("POST", "/account/passphrase", body(models.PassphraseChange, current=current, new=new))

    def change_language(self, language: str) -> None:
        """nb or en."""
        self._transport.call("PUT", "/account/language", body(models.LanguageChange, language=language))

    # --- users ------------------------------------------------------------------------------------------------------

    def users(self) -> list[models.UserView]:
        """All users, the removed ones too."""
        return [models.UserView.model_validate(row) for row in self._transport.call("GET", "/users")]

    def invite(self, user: str, display_name: str, role: Role | str, why: str) -> models.Invitation:
        """A new user. The invitation is shown this once."""
        asked = body(models.NewUser, user=user, display_name=display_name.strip(), role=str(role), why=why)
        return models.Invitation.model_validate(self._transport.call("POST", "/users", asked))

    def reset(self, user: str, why: str) -> models.Invitation:
        """For a lost second factor: a one-time code that goes with the user's own passphrase."""
        return self._invitation("POST", f"/users/{_segment(user)}/reset", why)

    def renew(self, user: str, why: str) -> models.Invitation:
        """For a lost passphrase: a new key pair and a new invitation. What the user could open waits for `confirm`."""
        return self._invitation("POST", f"/users/{_segment(user)}/renew", why)

    def confirm(self, user: str, why: str) -> None:
        """As another holder: the renewed account is in the right hands. The key area must be open."""
        self._transport.call("POST", f"/users/{_segment(user)}/confirm", body(models.Why, why=why))

    def remove(self, user: str, why: str) -> None:
        """The user's keys and sessions go; the name stays in the log. A holder's removal rotates the key area."""
        self._transport.call("DELETE", f"/users/{_segment(user)}", body(models.Why, why=why))

    def _invitation(self, method: str, path: str, why: str) -> models.Invitation:
        return models.Invitation.model_validate(self._transport.call(method, path, body(models.Why, why=why)))

    # --- key area ---------------------------------------------------------------------------------------------------

    def key_area(self) -> models.KeyAreaView:
        """Whether the key area is open, and who can open it."""
        return models.KeyAreaView.model_validate(self._transport.call("GET", "/key-area"))

    def unseal(self, why: str) -> models.KeyAreaView:
        """Open the key area with one's own key."""
        return models.KeyAreaView.model_validate(
            self._transport.call("POST", "/key-area/unseal", body(models.Why, why=why))
        )

    def seal(self, why: str) -> models.KeyAreaView:
        """Close the key area until a holder opens it again."""
        return models.KeyAreaView.model_validate(
            self._transport.call("POST", "/key-area/seal", body(models.Why, why=why))
        )

    # --- datasets ---------------------------------------------------------------------------------------------------

    def datasets(self) -> list[models.DatasetView]:
        """The datasets one has a key to."""
        return [models.DatasetView.model_validate(row) for row in self._transport.call("GET", "/datasets")]

    def open(self, name: str, version: int | None = None, *, why: str) -> OpenVersion:
        """One version of a dataset, the current one when `version` is left out. The reason is kept in the audit log."""
        # Here, because DuckDB and pyarrow take a while to load and only reading needs them.
        from secure_zone.store.reading import open_version

        asked = body(models.OpenDataset, version=version, why=why)
        opened = models.OpenedDataset.model_validate(
            self._transport.call("POST", f"/datasets/{_segment(name)}/open", asked)
        )
        return open_version(
            self._folder.data_area / opened.folder,
            opened.manifest_sha256,
            Secret(base64.b64decode(opened.key)),
            zone_id=opened.zone_id,
            dataset=opened.dataset,
            version=opened.version,
            purpose=opened.purpose,
        )

    # --- audit ------------------------------------------------------------------------------------------------------

    def audit(
        self,
        *,
        who: str | None = None,
        verb: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str | None = None,
        after_seq: int = 0,
        limit: int = 100,
        newest_first: bool = False,
    ) -> models.AuditPage:
        """Entries of the audit log, at most `limit` of them; go on with after_seq=page.next_after.

        since, until: with a time zone, since <= at < until. text: anywhere in subject, verb, reason or details.
        """
        return models.AuditPage.model_validate(
            self._transport.call(
                "GET",
                "/audit",
                who=who,
                verb=verb,
                since=since.isoformat() if since else None,
                until=until.isoformat() if until else None,
                text=text,
                after_seq=after_seq,
                limit=limit,
                order="newest first" if newest_first else None,
            )
        )

    def verify_audit(self) -> models.AuditReport:
        """The verdict on the whole log."""
        return models.AuditReport.model_validate(self._transport.call("POST", "/audit/verify"))


def _segment(text: str) -> str:
    return quote(text, safe="")
