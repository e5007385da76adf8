"""The custodian's verbs over HTTP: each takes a body, calls one use case, and gives back what it returns."""
