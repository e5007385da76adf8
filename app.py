"""The workbench: who is here, in which language, and which pages there are. Served through `varde app`."""

from pathlib import Path

import streamlit as st

from pages.shared import frame, navigation, notices, session
from secure_zone.errors import ZoneError

st.set_page_config(page_title="Varde", layout="wide")

LOGO = Path(__file__).parent / "pages" / "gate" / "assets" / "favicon.svg"


def main() -> None:
    """One run: without a session nothing but the way to the sign-in is shown."""
    try:
        view = session.begin()
    except ZoneError as error:
        notices.unavailable(error)
        return
    if view is None:
        notices.over("ended")
        return
    if view.must_enrol:
        notices.over("enrol")
        return
    notices.marker()
    st.logo(LOGO, size="large")
    chosen = st.navigation(navigation.sections(view.role, session._), position="top")
    frame.head(view)
    notices.show_done()
    with notices.told():
        chosen.run()


main()
