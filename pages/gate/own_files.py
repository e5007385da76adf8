"""The few files that the gate's own pages need, and the watch that ends a session on the screen too."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from pages.gate.shell import STATIC
from secure_zone.api.models import SessionView

FOLDER = Path(__file__).parent / "assets"
FONT = next((STATIC / "static" / "media").glob("SourceSansVF-Upright*.woff2"))
FILES = {
    "/gate/gate.css": FOLDER / "gate.css",
    "/gate/workbench.css": FOLDER / "workbench.css",
    "/gate/sign_in.js": FOLDER / "sign_in.js",
    "/gate/workbench.js": FOLDER / "workbench.js",
    "/gate/favicon.svg": FOLDER / "favicon.svg",
    "/gate/font.woff2": FONT,
}


async def file(request: Request) -> Response:
    return FileResponse(FILES[request.url.path])


async def session(request: Request) -> Response:
    """Which session it is, and how long it lasts if nothing is done. Asking is not activity.

    Without a session the gate answers 401.
    """
    view: SessionView = request.scope["varde.session"]
    return JSONResponse(
        {
            "session": view.session_id,
            "idle_seconds_left": view.idle_seconds_left,
            "seconds_left": view.seconds_left,
        }
    )


def routes() -> list[Route]:
    return [Route(path, file, methods=["GET"]) for path in FILES] + [Route("/gate/session", session, methods=["GET"])]
