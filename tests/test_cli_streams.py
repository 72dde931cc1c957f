"""The command line's outputs: files that appear whole or not at all, terminals, pipes and closed streams."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import ROOT, environment, run, small_card, three_cards, write

RUNNER = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from osaid.cli import main; main()"


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A folder with three cards: one conforms, one says nothing, one does not conform."""
    return three_cards(tmp_path / "cards")


# --- writing to a file --------------------------------------------------------------------------------------------


def test_writing_to_a_file(cards: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    ran = run("score", cards, "--format", "json", "-o", target)
    assert ran == (0, "", "")
    assert target.read_text(encoding="utf-8") == run("score", cards, "--format", "json").stdout
    target.chmod(0o600)
    link = tmp_path / "link.json"
    link.symlink_to(target.name)
    assert run("score", cards, "--format", "csv", "-o", link) == (0, "", "")
    assert link.is_symlink(), "a link stays a link"
    assert target.read_text(encoding="utf-8").startswith("path,")
    assert target.stat().st_mode & 0o777 == 0o600, "and permissions stay"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cards", "link.json", "out.json"]


def test_a_result_is_written_even_if_some_inputs_failed(cards: Path, tmp_path: Path) -> None:
    (cards / "empty.yaml").write_bytes(b"")
    ran = run("score", cards, "--format", "jsonl", "-o", tmp_path / "out.jsonl")
    assert (ran.code, ran.stdout) == (3, "")
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 4


def test_a_file_is_left_alone_if_nothing_can_be_written(cards: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before", encoding="utf-8")
    assert run("score", cards, "--rubric", "no-such-rubric", "-o", target).code == 2
    for unwritable in (tmp_path / "no" / "such" / "out.json", cards, target / "x"):
        ran = run("score", cards, "-o", unwritable)
        assert (ran.code, ran.stdout) == (2, "")
        assert "[file.unwritable]" in ran.stderr
    assert target.read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cards", "out.json"]


def test_a_pipe_is_written_to_and_not_replaced(cards: Path, tmp_path: Path) -> None:
    """The same as -o /dev/null and -o /dev/stdout, which a test must not put at risk."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [sys.executable, "-m", "osaid", "score", str(cards), "--format", "csv", "-o", str(pipe)], env=environment(), stderr=subprocess.PIPE
    ) as process:
        read = pipe.read_bytes()
        assert process.wait(timeout=60) == 0
    assert read.decode().startswith("path,")
    assert pipe.is_fifo()


def test_an_interruption_leaves_the_file_alone(tmp_path: Path) -> None:
    """Interrupted while it waits for standard input: the header is already in the temporary file."""
    target = tmp_path / "out.csv"
    target.write_text("before", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER, "score", "-", "--format", "csv", "-o", str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
    ) as process:
        for _ in range(600):
            if len(list(tmp_path.iterdir())) > 1:
                break
            time.sleep(0.05)
        assert len(list(tmp_path.iterdir())) == 2, "a temporary file beside the target"
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, b"")
    assert b"Traceback" not in stderr
    assert b"interrupted" in stderr
    assert target.read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


# --- terminals and pipes ------------------------------------------------------------------------------------------


def on_a_terminal(*arguments: str, **env: str) -> str:
    """What a run shows on a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "osaid", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment({"TERM": "xterm", **env}),
        cwd=ROOT,
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
        process.wait(timeout=60)
    os.close(master)
    return shown.decode("utf-8").replace("\r\n", "\n")


def test_colour_only_on_a_terminal_that_wants_it(cards: Path) -> None:
    environ = {key: os.environ.pop(key) for key in ("NO_COLOR",) if key in os.environ}
    try:
        piped = run("score", cards).stdout
        assert "\033" not in piped
        coloured = on_a_terminal("score", str(cards), COLUMNS="120")
        assert "\033[1;32m" in coloured
        assert "\033" not in on_a_terminal("score", str(cards), NO_COLOR="1")
        assert "\033" not in on_a_terminal("score", str(cards), TERM="dumb")
        assert re.sub(r"\033\[[0-9;]*m", "", coloured).split() == piped.split()
        assert "\033" in on_a_terminal("score", str(cards / "best-1b.yaml"))
        assert "\033" not in on_a_terminal("score", str(cards), "--format", "json")
    finally:
        os.environ.update(environ)


def test_a_long_folder_shows_progress_on_a_terminal_only(tmp_path: Path) -> None:
    write(tmp_path, *(small_card(f"m{number}-1b") for number in range(60)))
    assert "60/60" in on_a_terminal("score", str(tmp_path))
    assert run("score", tmp_path).stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [["score", "model_cards/", "--format", "json"], ["score", "model_cards/"], ["license", "--list"], ["--help"], ["schema", "card"]],
)
def test_a_closed_pipe_is_no_failure(arguments: list[str]) -> None:
    """`osaid score ... | head -1`: exit status 1 would mean a failed gate."""
    with subprocess.Popen(
        [sys.executable, "-m", "osaid", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


def test_closed_streams() -> None:
    """Nothing to read from and nowhere to write to, as under some job runners."""
    for command, code in (("score mixtral-8x7b >&-", 0), ("score no-such-card 2>&-", 3), ("score - <&-", 3)):
        done = subprocess.run(
            ["sh", "-c", f'"$0" -m osaid {command}', sys.executable], env=environment(), cwd=ROOT, capture_output=True, check=False
        )
        assert (done.returncode, b"Traceback" in done.stderr) == (code, False), command
