"""`osaid license` of a file with a licence text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from boms import MIT
from license_samples import APACHE
from support import run

# --- the command ---------------------------------------------------------------------------------------------------------


def test_the_command_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "LICENSE"
    path.write_text(MIT + "\n\nThe model may not be used for military purposes.\n", encoding="utf-8")
    ran = run("license", path)
    assert (ran.code, ran.stderr) == (0, "")
    last = MIT.count("\n") + 3
    assert "not only MIT License (MIT)" in ran.stdout
    assert f"- Line {last}: Forbidden or limited fields of use." in ran.stdout
    assert "Taken together: MIT AND LicenseRef-Rider-Field-Of-Use" in ran.stdout
    assert "  use     restricted" in ran.stdout
    ran = run("license", "-", "--format", "json", stdin=path.read_bytes())
    data = json.loads(ran.stdout)
    assert (ran.code, data["free"], data["expression"]) == (0, "no", "MIT AND LicenseRef-Rider-Field-Of-Use")
    assert [match["license"] for match in data["text"]["matches"]] == ["MIT"]
    other = json.loads(run("license", "MIT", "--format", "json").stdout)
    assert set(other) == set(data)
    assert other["text"] is None


def test_the_command_says_when_it_knows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("The birds sing.\n\x1b[31mred\n", encoding="utf-8")
    ran = run("license", path)
    assert (ran.code, ran.stderr) == (0, "")
    assert "No licence that is known here was recognised" in ran.stdout
    assert "\x1b" not in ran.stdout
    data = json.loads(run("license", path, "--format", "json").stdout)
    assert (data["free"], data["expression"], data["text"]["matches"]) == ("unknown", "NOASSERTION", [])
    half = tmp_path / "half"
    half.write_text(APACHE[: len(APACHE) // 2], encoding="utf-8")
    assert "Closest is Apache License 2.0 (Apache-2.0)" in run("license", half).stdout


def test_a_name_that_is_a_licence_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "MIT").write_text(APACHE, encoding="utf-8")
    assert run("license", "MIT", cwd=tmp_path).stdout.startswith("MIT\n\n  use     free")
    assert "Apache-2.0" in run("license", "./MIT", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x7fELF\0\0\1", "license-file.binary"),
        (b"MIT Licen\xe7e", "license-file.encoding"),
        (b" \n", "license-file.empty"),
        (b"", "license-file.empty"),
        (b"a" * (16 * 1024 * 1024 + 1), "license-file.too-large"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "LICENSE"
    path.write_bytes(content)
    for ran in (run("license", path), run("license", "-", stdin=content)):
        assert (ran.code, ran.stdout) == (3, "")
        assert f"[{code}]" in ran.stderr


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    for name, code in ((tmp_path / "none.txt", "file.missing"), (tmp_path, "file.directory"), (Path("/dev/null"), "file.not-regular")):
        ran = run("license", name)
        assert (ran.code, ran.stdout) == (3, "")
        assert f"[{code}]" in ran.stderr
    (tmp_path / "16.txt").write_bytes("MIT License".encode("utf-16"))
    assert "The text names MIT" in run("license", tmp_path / "16.txt").stdout


def test_limits_in_a_text_that_is_not_known_are_told(tmp_path: Path) -> None:
    path = tmp_path / "LICENSE"
    path.write_text("House terms\n\nYou may use the model for non-commercial purposes only.\n", encoding="utf-8")
    told = run("license", path).stdout
    assert "No licence that is known here was recognised" in told
    assert "Words in it that may limit something\n  - Line 3: Non-commercial use only." in told
    path.write_text("House terms\n\nYou may use the model.\n", encoding="utf-8")
    assert "may limit something" not in run("license", path).stdout
