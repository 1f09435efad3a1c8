"""Of which commit, when and on what machine a benchmark ran."""

import argparse
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def provenance() -> dict[str, str]:
    """For the JSON of a benchmark: commit ("-dirty" with changes), time and machine."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    return {
        "commit": described.stdout.strip() or "released",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
    }


def versions(*packages: str) -> dict[str, str]:
    """Of Python, sparring, torch, and others that times depend on; "absent" where not installed."""
    found = {"python": platform.python_version()}
    for name in ("sparring", "torch", *packages):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def settings(asked: argparse.Namespace) -> dict[str, Any]:
    """What was asked for, but where and how it was to be written."""
    return {n: v for n, v in vars(asked).items() if n not in ("json", "png", "plot")}
