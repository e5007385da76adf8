"""The process that decides: the only reader of the key area and the ledger, the only writer of the data area."""
