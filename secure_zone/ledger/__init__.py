"""The ledger: who there is, what data there is, who holds which key, and the audit log. For the custodian alone."""
