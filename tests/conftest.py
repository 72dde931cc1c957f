"""What the tests share: hypothesis' profile, the command line as a subprocess, the facts beside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
CARDS = sorted((ROOT / "model_cards").glob("*.yaml"))

# The same examples in every run: a red test is red for everybody, and stays red until it is mended.
settings.register_profile(
    "osaid", derandomize=True, deadline=None, max_examples=100, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("osaid")


class RunOsaid(Protocol):
    """Runs ``osaid`` with arguments; see :func:`run_osaid`."""

    def __call__(
        self, *arguments: str | Path, stdin: bytes = b"", cwd: str | Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]: ...


def run_command_line(
    *arguments: str | Path, stdin: bytes = b"", cwd: str | Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own; outputs are decoded as UTF-8, line ends as they are.

    ``env`` adds to the environment. The working folder is the checkout if none is given.
    """
    done = subprocess.run(
        [sys.executable, "-m", "osaid", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd if cwd is not None else ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **(env or {})},
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@pytest.fixture(scope="session")
def run_osaid() -> RunOsaid:
    """The command line as a subprocess: ``run_osaid("score", path, stdin=..., cwd=..., env=...)``."""
    return run_command_line


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts beside the checkout; the test is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with the facts is not beside this checkout")
    return folder
