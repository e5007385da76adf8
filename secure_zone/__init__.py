"""The secure zone: rules, keys, storage, the custodian process and the client that is the only door to it."""
