"""What the zone's own terms are called on the screen. Each function takes the reader's `gettext` and gives a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from secure_zone.accounts import AccountState
from secure_zone.permissions import Verb
from secure_zone.roles import Role

Gettext = Callable[[str], str]


def role_names(_: Gettext) -> Mapping[Role, str]:
    return {
        Role.PROJECT_LEADER: _("Project leader"),
        Role.CUSTODIAN: _("Custodian"),
        Role.SURVEY_OPERATOR: _("Survey operator"),
        Role.RESEARCHER: _("Researcher"),
        Role.OUTPUT_CHECKER: _("Output checker"),
        Role.CONTACT: _("Contact"),
        Role.AUDITOR: _("Auditor"),
    }


def role_tasks(_: Gettext) -> Mapping[Role, str]:
    """What each role is for, in one sentence."""
    return {
        Role.PROJECT_LEADER: _("You lead the project: you look after users, and you can open the key area."),
        Role.CUSTODIAN: _("You look after the zone: users, their sign-in, and the key area."),
        Role.SURVEY_OPERATOR: _("You run surveys and make their reports from pseudonymised answers."),
        Role.RESEARCHER: _("You analyse the extracts of the projects you are a member of."),
        Role.OUTPUT_CHECKER: _("You check what others want to take out of the zone."),
        Role.CONTACT: _("You follow your own organisation's surveys."),
        Role.AUDITOR: _("You oversee the zone: you read the audit log, and you see no data."),
    }


def state_names(_: Gettext) -> Mapping[AccountState, str]:
    return {
        AccountState.INVITED: _("Invited"),
        AccountState.ACTIVE: _("Active"),
        AccountState.RESET: _("Second factor reset"),
        AccountState.REMOVED: _("Removed"),
    }


def ability_names(_: Gettext) -> Mapping[Verb, str]:
    """What one may do, for the verbs worth telling a person about."""
    return {
        Verb.OPEN_DATASET: _("open the datasets you have been given"),
        Verb.INVITE_USER: _("add users"),
        Verb.RESET_SECOND_FACTOR: _("help a user who lost the second factor or the passphrase"),
        Verb.REMOVE_USER: _("remove users"),
        Verb.UNSEAL_KEY_AREA: _("open and close the key area"),
        Verb.READ_AUDIT: _("read the audit log"),
        Verb.VERIFY_AUDIT: _("verify that the audit log is whole"),
    }


def verb_names(_: Gettext) -> Mapping[str, str]:
    """What the audit log's verbs mean. A verb that is not here is shown as it is."""
    return {
        "zone.found": _("Zone founded"),
        "session.begin": _("Signed in"),
        "session.end": _("Signed out"),
        "session.refuse": _("Sign-in refused"),
        "datasets.publish": _("Dataset published"),
        "datasets.destroy": _("Dataset destroyed"),
        "datasets.recover": _("Unfinished work on datasets cleared"),
        "audit.restore_head": _("Signed head restored"),
        Verb.SEE_ACCOUNT: _("Account seen"),
        Verb.REWRAP_KEY: _("Passphrase changed"),
        Verb.CHANGE_LANGUAGE: _("Language changed"),
        Verb.ENROL: _("Second factor set up"),
        Verb.END_SESSION: _("Session ended"),
        Verb.LIST_USERS: _("Users listed"),
        Verb.INVITE_USER: _("User invited"),
        Verb.RESET_SECOND_FACTOR: _("Second factor reset"),
        Verb.RENEW_USER: _("Account renewed"),
        Verb.CONFIRM_RENEWAL: _("Renewal confirmed"),
        Verb.REMOVE_USER: _("User removed"),
        Verb.SEE_KEY_AREA: _("Key area seen"),
        Verb.UNSEAL_KEY_AREA: _("Key area opened"),
        Verb.SEAL_KEY_AREA: _("Key area closed"),
        Verb.LIST_DATASETS: _("Datasets listed"),
        Verb.OPEN_DATASET: _("Dataset opened"),
        Verb.READ_AUDIT: _("Audit log read"),
        Verb.VERIFY_AUDIT: _("Audit log verified"),
    }


def streamlit_labels(_: Gettext) -> dict[str, str]:
    """What Streamlit calls its own buttons and places for screen readers, in English, and what we call them."""
    return {
        "App pages": _("Pages"),
        "Navigate to home page": _("To the front page"),
        "Expand sidebar": _("Show the pages"),
        "Collapse sidebar": _("Hide the pages"),
        "Open": _("Open the list"),
        "Clear value": _("Empty the field"),
        "Show password": _("Show what is typed"),
        "Hide password": _("Hide what is typed"),
        "Choose date": _("Choose a date"),
        "Copy to clipboard": _("Copy"),
    }
