"""`osaid audit --update`, outputs, digests and progress: whole commands on folders."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from audit_repos import REPOS, TENSORS, readme
from support import Ran, environment, run, small_card
from support import as_yaml as yaml_of
from weight_files import safetensors

from osaid import load_card

DAY = "2026-01-31"
RUNNER = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from osaid.cli import main; main()"
CARD = """\
# A card made by hand.
osaid_card: "1"   # the format
as_of: 2025-12-01

model:
  id: full-1b      # ours
  name: Full 1B
  developer: "Example Lab"

licenses:
  distribution: Apache-2.0   # checked with legal

components:
  # weights first
  weights: {release: full, license: MIT, evidence: [repo]}
  training_code:
    release: none   # not yet
evidence:
  repo: {source: https://example.org/repo, retrieved: 2025-12-01}
notes:
- Made by hand.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a full release, and a card of a person beside it."""
    made = tmp_path / "full-release"
    made.mkdir()
    REPOS["full-release"](made)
    (tmp_path / "card.yaml").write_text(CARD, encoding="utf-8")
    return made


def audit(folder: Path, *options: str | Path) -> Ran:
    """Run an audit from the folder above."""
    return run("audit", "--date", DAY, "--state", folder.parent / "state", *options, cwd=folder.parent)


def update(folder: Path, *options: str | Path) -> Ran:
    return audit(folder, folder.name, "--update", "card.yaml", *options)


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir())


# --- a card of a person -------------------------------------------------------------------------------------------


def test_what_a_person_wrote_stays_and_gaps_are_filled(folder: Path) -> None:
    card = folder.parent / "card.yaml"
    done = update(folder)
    assert (done.code, done.stderr) == (0, "")
    text = card.read_text(encoding="utf-8")
    lines = iter(text.splitlines())
    assert all(line in lines for line in CARD.splitlines()), "every line of it is there, in its order"
    data = load_card(str(card)).data
    assert data["components"]["training_code"]["release"] == "none"
    assert data["components"]["weights"]["license"] == "MIT"
    assert data["components"]["tokenizer"]["release"] == "full"
    shown = " ".join(done.stdout.split())
    assert "kept: components.training_code.release: the card says none, found some" in shown
    assert "kept: components.weights.license: the card says MIT, found Apache-2.0" in shown
    assert "+ components.tokenizer.release: full" in shown
    assert run("validate", card).code == 0
    before = card.stat().st_mtime_ns
    again = update(folder)
    assert again.code == 0
    assert (card.read_text(encoding="utf-8"), card.stat().st_mtime_ns) == (text, before), "run again, it changes nothing"
    assert "kept: " in again.stdout
    assert beside(folder) == ["card.yaml", "full-release"]


def test_a_dry_run_shows_the_same_and_writes_nothing(folder: Path) -> None:
    dry = update(folder, "--dry-run")
    assert (folder.parent / "card.yaml").read_text(encoding="utf-8") == CARD
    assert update(folder) == dry


def test_changes_are_explained(folder: Path) -> None:
    done = update(folder, "--dry-run", "--explain-changes", "--all")
    assert (done.code, done.stderr) == (0, "")
    shown = " ".join(done.stdout.split())
    for words in (
        "Why: The card left it open.",
        "full-release/tokenizer.json, the whole file:",
        "Tokenizer: unknown before, met now. [OSAID-CODE-TOKENIZER]",
    ):
        assert words in shown
    assert (folder.parent / "card.yaml").read_text(encoding="utf-8") == CARD


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["-o", "card.yaml"], "file.is-input"),
        (["--card", "card.yaml"], "file.is-input"),
        (["-o", "./full-release/../card.yaml"], "file.is-input"),
        (["-o", "new.yaml", "--card", "./new.yaml"], "audit.two-in-one"),
        (["--source", "full-release"], "audit.no-address"),
        (["--source", "https://example.org/a", "full-release"], "audit.one-source"),
        (["--date", "2026-02-30"], "audit.no-date"),
        (["--rubric", "no-such-rubric"], "rubric.unknown"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(folder: Path, options: list[str], code: str) -> None:
    done = update(folder, *options)
    assert (done.code, done.stdout) == (2, "")
    assert f"[{code}" in done.stderr
    assert (folder.parent / "card.yaml").read_text(encoding="utf-8") == CARD
    assert beside(folder) == ["card.yaml", "full-release"]


def test_options_that_need_another(folder: Path) -> None:
    for options in (["--dry-run", folder.name], ["--explain-changes", folder.name], [], ["--check-links"], ["--update", "card.yaml"]):
        done = audit(folder, *options)
        assert (done.code, done.stdout) == (2, "")
        assert "[audit." in done.stderr


def test_a_broken_card_is_told_by_line_and_left_alone(folder: Path) -> None:
    card = folder.parent / "card.yaml"
    broken = CARD.replace("release: none", "release: perhaps").replace("id: full-1b ", "id: Full 1B ")
    card.write_text(broken, encoding="utf-8")
    done = update(folder)
    assert (done.code, done.stdout) == (2, "")
    assert "card.yaml:6:7: error:" in done.stderr
    assert "card.yaml:17:14: error:" in done.stderr
    assert card.read_text(encoding="utf-8") == broken
    for raw in (b"", b"\xff\xfe\x00", b"[1, 2", b"a: &a [*a]"):
        card.write_bytes(raw)
        done = update(folder)
        assert (done.code, done.stdout) == (2, "")
        assert "card.yaml" in done.stderr
        assert card.read_bytes() == raw


def test_a_card_that_is_no_file_can_be_looked_at_only(folder: Path) -> None:
    card = CARD.encode()
    for name, stdin in (("-", card), ("olmo-7b", None)):
        for options, code in (([], 2), (["--dry-run"], 0)):
            done = run("audit", folder.name, "--update", name, "--date", DAY, "--state", "state", *options, stdin=stdin, cwd=folder.parent)
            assert done.code == code, done.stderr
            assert ("[audit.update-no-file]" in done.stderr) == (code == 2)
    assert beside(folder) == ["card.yaml", "full-release"]


@pytest.mark.parametrize("ending", ["json", "md"])
def test_cards_in_other_clothes(folder: Path, ending: str) -> None:
    data = {**small_card("full-1b"), "components": {"training_code": {"release": "none"}}}
    card = folder.parent / f"card.{ending}"
    after = "\n# Words of a person\n\nThey stay.\n"
    card.write_text(json.dumps(data, indent=4) if ending == "json" else f"---\n{yaml_of(data)}---{after}", encoding="utf-8")
    for _ in range(2):
        done = audit(folder, folder.name, "--update", card.name)
        assert (done.code, done.stderr) == (0, "")
    text = card.read_text(encoding="utf-8")
    if ending == "json":
        assert json.loads(text)["components"]["tokenizer"]["release"] == "full"
        assert '\n    "osaid_card"' in text
    else:
        assert text.endswith(f"---{after}")
    assert load_card(str(card)).data["components"]["training_code"]["release"] == "none"


def test_a_card_that_may_not_be_written(folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    card = folder.parent / "card.yaml"
    (folder.parent / "state").mkdir()
    folder.parent.chmod(0o555)
    try:
        done = update(folder)
    finally:
        folder.parent.chmod(0o755)
    assert (done.code, done.stdout) == (3, "")
    assert "[file.unwritable]" in done.stderr
    assert card.read_text(encoding="utf-8") == CARD


def test_a_link_stays_a_link_and_permissions_stay(folder: Path) -> None:
    card = folder.parent / "card.yaml"
    real = folder.parent / "real.yaml"
    card.rename(real)
    real.chmod(0o600)
    card.symlink_to("real.yaml")
    assert update(folder).code == 0
    assert card.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert "tokenizer" in real.read_text(encoding="utf-8")


def test_a_card_of_another_model_is_left_alone(folder: Path) -> None:
    card = folder.parent / "card.yaml"
    text = CARD.replace("  developer:", "  links: {huggingface: https://huggingface.co/lab/other}\n  developer:")
    card.write_text(text, encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / ".git" / "config").write_text('[remote "origin"]\n\turl = https://huggingface.co/lab/mine\n')
    done = update(folder)
    assert done.code == 0
    assert card.read_text(encoding="utf-8") == text
    assert "lab/mine" in done.stdout


def test_json_of_an_update_is_valid(folder: Path) -> None:
    done = update(folder, "-o", "result.json")
    assert (done.code, done.stdout, done.stderr) == (0, "", "")
    result = folder.parent / "result.json"
    assert run("schema", "audit", "--check", result).code == 0
    data = json.loads(result.read_text(encoding="utf-8"))
    assert data["cards"][0] == load_card(str(folder.parent / "card.yaml")).data
    assert len(data["updates"]) == 1


# --- forms --------------------------------------------------------------------------------------------------------


def test_the_ending_of_a_file_tells_the_form(folder: Path) -> None:
    forms = {"x.yaml": "card", "x.YML": "card", "x.json": "json", "x.md": "markdown", "x.txt": "table", "x": "table"}
    for name, form in forms.items():
        done = audit(folder, folder.name, "-o", name)
        assert (done.code, done.stdout, done.stderr) == (0, "", "")
        assert (folder.parent / name).read_text(encoding="utf-8") == audit(folder, folder.name, "--format", form).stdout
    audit(folder, folder.name, "--format", "card", "-o", "card.json")
    assert load_card(str(folder.parent / "x.yaml")).data["components"]["weights"]["release"] == "full"
    assert audit(folder, folder.name, "-o", "no/such/x.yaml").code == 3


def test_where_a_folder_is_published(folder: Path) -> None:
    at = "https://huggingface.co/lab/full/blob/" + "a" * 40
    done = audit(folder, folder.name, "--source", at, "--format", "card")
    assert done.code == 0
    assert f"source: {at}/tokenizer.json" in done.stdout
    assert "full-release" not in done.stdout.replace("id: full-release", "").replace("name: full-release", "").replace(
        "of full-release", ""
    )


def test_everything_is_shown_if_wanted(folder: Path) -> None:
    short, whole = audit(folder, folder.name).stdout, audit(folder, folder.name, "--all").stdout
    assert "--all shows them" in short
    assert "--all shows them" not in whole
    assert len(whole) > len(short)


# --- digests, progress, stopping ------------------------------------------------------------------------------------


def many(folder: Path, size: int = 1 << 20) -> Path:
    """A folder with weights in three files; the second of them may be so large that it takes a while to read."""
    folder.mkdir()
    (folder / "README.md").write_text(readme("Large", "license: mit"), encoding="utf-8")
    for path in weights(folder):
        safetensors(path, TENSORS)
    os.truncate(weights(folder)[1], size)
    return folder


def weights(folder: Path) -> list[Path]:
    return [folder / f"model-0000{number}-of-00003.safetensors" for number in (1, 2, 3)]


def test_digests_are_those_of_the_files(tmp_path: Path) -> None:
    folder = many(tmp_path / "large")
    data = json.loads(audit(folder, "large", "--digests", "--format", "json").stdout)
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in weights(folder)]
    assert data["weights"][0]["sha256"] == digests
    assert digests[0] in {entry.get("sha256") for entry in data["cards"][0]["evidence"].values()}
    without = json.loads(audit(folder, "large", "--format", "json").stdout)
    assert without["weights"][0]["sha256"] == [None, None, None]


def test_digests_go_on_after_a_kill(tmp_path: Path) -> None:
    """A file that was read whole is not read again."""
    folder = many(tmp_path / "large")
    whole = audit(folder, "large", "--digests", "--format", "card", "--state", "other").stdout
    os.truncate(weights(folder)[1], 200 << 30)  # takes minutes
    command = [sys.executable, "-m", "osaid", "audit", "large", "--digests", "--date", DAY, "--state", "state"]
    with subprocess.Popen(command, env=environment(), cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while not list((tmp_path / "state").glob("digests-*.jsonl")):
            assert time.monotonic() < until
            time.sleep(0.02)
        process.kill()
    os.truncate(weights(folder)[1], 1 << 20)
    (journal,) = (tmp_path / "state").glob("digests-*.jsonl")
    kept = journal.read_bytes()
    assert kept.count(b"\n") == 1
    again = audit(folder, "large", "--digests", "--format", "card")
    assert (again.code, again.stdout) == (0, whole)
    assert journal.read_bytes().startswith(kept)
    assert journal.read_bytes().count(b"\n") == 3, "one more line for each other file"


def shown_on_a_terminal(folder: Path, *arguments: str, stop: str = "") -> tuple[int, str]:
    """Exit status and standard error of an audit on a terminal; with ``stop``, Ctrl-C as soon as that is seen."""
    master, slave = pty.openpty()
    command = [sys.executable, "-c", RUNNER, "audit", *arguments, "--date", DAY, "--state", "state"]
    with subprocess.Popen(
        command, stdin=slave, stdout=subprocess.DEVNULL, stderr=slave, env=environment({"TERM": "xterm"}), cwd=folder.parent
    ) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                piece = b""
            if not piece:
                break
            shown += piece
            if stop and stop.encode() in shown:
                process.send_signal(signal.SIGINT)
                stop = ""
        status = process.wait(timeout=60)
    os.close(master)
    return status, shown.decode("utf-8").replace("\r\n", "\n")


def test_progress_is_shown_on_a_terminal_and_taken_away(tmp_path: Path) -> None:
    folder = many(tmp_path / "large", size=512 << 20)
    status, shown = shown_on_a_terminal(folder, "large", "--digests")
    assert status == 0
    assert re.search(r"\r\x1b\[K\d+ files, [\d.]+ MB  model-00002", shown)
    assert shown.endswith("\r\x1b[K")
    assert audit(folder, "large", "--digests").stderr == "", "and nowhere else"


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    folder = many(tmp_path / "large", size=200 << 30)
    (tmp_path / "card.yaml").write_text(CARD.replace("Full 1B", "Large"), encoding="utf-8")
    before = (tmp_path / "card.yaml").read_bytes()
    status, shown = shown_on_a_terminal(folder, "large", "--digests", "--update", "card.yaml", "--card", "new.yaml", stop="model-00002")
    assert status == 130
    after = shown.rpartition("\r\x1b[K")[2]
    assert "The audit was stopped." in after
    assert "Run the same command again" in after
    assert "Traceback" not in shown
    assert (tmp_path / "card.yaml").read_bytes() == before
    assert not (tmp_path / "new.yaml").exists()
