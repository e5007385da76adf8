"""What the gate reads from a request: cookies, a small form, where it comes from, the language it asks for."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.requests import ClientDisconnect, HTTPConnection, Request

from pages.shared.texts import LANGUAGES, preferred

SESSION_COOKIE = "varde_session"
# Browsers keep a name that begins so to this very host, by https alone: no other host or port can set or replace it.
SECURE_SESSION_COOKIE = f"__Host-{SESSION_COOKIE}"
LANGUAGE_COOKIE = "varde_language"
LONGEST_FORM, MOST_FIELDS = 8 * 1024, 20


def token_of(connection: HTTPConnection) -> str | None:
    """The session token the browser holds; none when it cannot be one, which saves asking the custodian."""
    token = connection.cookies.get(session_cookie(connection), "")
    return token if 16 <= len(token) <= 200 and token.isascii() and token.isprintable() else None


def session_cookie(connection: HTTPConnection) -> str:
    """The name of the cookie that holds the session: the strict one where the visitor came by https."""
    return SECURE_SESSION_COOKIE if is_https(connection) else SESSION_COOKIE


def from_our_own_page(connection: HTTPConnection) -> bool:
    """Whether the request was made by a page of this very origin: browsers name it on every POST and WebSocket.

    SameSite=Strict is not enough: another port of the same host is the same site.
    """
    origin = urlsplit(connection.headers.get("origin", ""))
    return origin.scheme in {"http", "https"} and origin.netloc == connection.headers.get("host")


def language_of(connection: HTTPConnection) -> str:
    """The language before anybody is signed in: chosen on the page, remembered, or asked for by the browser."""
    for choice in (connection.query_params.get("lang"), connection.cookies.get(LANGUAGE_COOKIE)):
        if choice is not None and choice in LANGUAGES:
            return choice
    return preferred(connection.headers.get("accept-language"))


def is_https(connection: HTTPConnection) -> bool:
    return connection.url.scheme in {"https", "wss"}


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form, the last of each name; nothing when it is not a form that a page of ours sends."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_FORM:
                return {}
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except (ValueError, ClientDisconnect):
        return {}
    return {name: values[-1] for name, values in fields.items()}
