"""Peers run in their own environments: Python ones in .bench-venv, R as Debian ships it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
VENV = ROOT / ".bench-venv"


def python_peer(*packages: str) -> Path:
    """The interpreter of .bench-venv with `packages` installed there."""
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
    return python


def rscript(*packages: str) -> str:
    """Rscript with the Debian packages named (r-cran-survival, ...); installs them where this machine may."""
    if shutil.which("Rscript") is None or any(_missing(p) for p in packages):
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "r-base-core", *packages], check=True, stdout=subprocess.DEVNULL
        )
    return "Rscript"


def _missing(package: str) -> bool:
    return subprocess.run(["dpkg", "-s", package], capture_output=True).returncode != 0
