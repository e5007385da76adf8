"""One function for each verb: check permission, check state, act, append to the audit log in the same transaction."""
