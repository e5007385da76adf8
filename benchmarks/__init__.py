"""Figures against peers, each a ratio in one run: `python -m benchmarks [name ...]` writes docs/benchmarks.md.

A benchmark is a module here with `measure() -> Section`. Its numbers are kept in docs/benchmarks/<name>.json, from
which the page is written anew, so that one benchmark can be run alone.
"""
