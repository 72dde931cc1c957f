"""Our results against what others published. The reference data stands beside the checkout; without it these tests skip."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, environment

DATA = ROOT.parent / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason="the reference data (../shared/data) is not here")
def test_everything_agrees() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "conformance.py"], capture_output=True, text=True, check=False, env=environment()
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    counts = {" ".join(words[:-3]): words[-3:] for words in lines if words[:1] in (["MOF"], ["European"])}
    assert len(counts) == 4
    assert all(files == agree and float(difference) <= 1e-9 for files, agree, difference in counts.values())


def test_without_the_reference_data_it_says_so(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tools", tmp_path / "main" / "tools")
    command = [sys.executable, str(tmp_path / "main" / "tools" / "conformance.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0
    assert "is not here" in done.stdout
