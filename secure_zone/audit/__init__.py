"""The audit log: each entry chained to the one before and signed, the newest place signed in the data area too."""
