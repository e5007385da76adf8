"""Generalised linear models on cells of equal rows: iteration, separation, robust errors, the fit they share."""
