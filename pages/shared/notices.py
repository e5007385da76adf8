"""What a page says when something goes right, wrong, or is over: the one place that turns an error into a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import streamlit as st
from pydantic import ValidationError

from pages.shared import formats, session
from pages.shared.process_log import log_fault
from pages.shared.sentences import sentence
from pages.shared.session import _
from pages.shared.words import streamlit_labels
from secure_zone.errors import SessionEnded, ZoneError


@contextmanager
def told() -> Iterator[None]:
    """Whatever the zone refuses inside is said in the reader's language; anything else goes on to `unforeseen`."""
    try:
        yield
    except SessionEnded:
        over("ended")
    except ZoneError as error:
        st.error(sentence(error, session.language(), shown=formats.plain))
    except ValidationError:
        st.error(_("Something is missing or too long. Check what you have written and try again."))


def unforeseen(error: Exception) -> bool:
    """For Streamlit's on_script_error: a general sentence on the screen; in the log the places, but no values."""
    log_fault("A page", error)
    st.error(_("Something went wrong on our side. Nothing was changed. Load the page again, or tell a custodian."))
    return True


def over(because: str) -> None:
    """Clear the screen: the marker makes the browser leave for the sign-in, and the link is for when it does not."""
    marker(over_because=because)
    st.info(_("Your session has ended. Sign in to go on."))
    st.html(f'<p><a href="/sign-in" target="_self">{escape(_("Sign in"))}</a></p>')
    st.stop()


def unavailable(error: ZoneError) -> None:
    """For a run that could not even ask whose session it is."""
    st.error(sentence(error, session.language(), shown=formats.plain))


def marker(over_because: str = "") -> None:
    """Tells the script in the page which language is spoken, how to warn of the end, and whether it has come.

    Also what Streamlit's own buttons are called, which have English names for screen readers.
    """
    warning = _("You will soon be signed out because nothing has happened for a while. Do anything to stay.")
    labels = json.dumps(streamlit_labels(_))
    st.html(
        f'<span class="varde-marker" data-varde-language="{escape(session.language())}" '
        f'data-varde-labels="{escape(labels)}" '
        f'data-varde-over="{escape(over_because)}" data-varde-warning="{escape(warning)}"></span>'
    )


def done(message: str) -> None:
    """Say it after the next run, on top of the page that is then shown."""
    session.keep("done", message)


def show_done() -> None:
    """What was done in the run before, once. The place for it is always there, so that the page does not jump."""
    message = session.kept("done", str)
    with st.container():
        if message is not None:
            session.forget("done")
            st.success(formats.unlinked(message))
