"""The GitHub Action and the pre-commit hooks, run for real: only GitHub's own expressions and files have a stand-in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from support import ROOT, as_yaml, full_card, write

from osaid.cli import COMMANDS

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{ *([a-z_-]+(?:\.[a-z_-]+)*) *\}\}")
POLICY = """\
osaid_policy: "1"
id: ours
version: 1.0.0
title: Ours
rules:
  - {id: code, title: The training code is published, criteria: {rubric: osaid-1.0, met: [OSAID-CODE-TRAINING]}}
"""


def test_the_action_is_what_github_asks_for() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_script_has_an_expression_in_it() -> None:
    """What is pasted into a script is run: a card's name, for instance. So it comes in as a variable."""
    assert sum("run" in step for step in STEPS) >= 4
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        assert step.get("shell", "bash") == "bash"


# --- running it -----------------------------------------------------------------------------------------------------


class Job(NamedTuple):
    """What a run of the action left."""

    status: int
    log: str
    summary: str
    outputs: dict[str, str]
    uploaded: list[str]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action's install step, run once, in a fresh virtual environment below the runner's folder."""
    temporary = tmp_path_factory.mktemp("runner")
    (step,) = [step for step in STEPS if step["name"] == "Install osaid"]
    (temporary / "reach").mkdir()
    probe = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(temporary / "reach"), "hatchling"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("the package index cannot be reached")
    done = script(step, {"github.action_path": str(ROOT)}, {"RUNNER_TEMP": str(temporary)}, temporary)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (temporary / "osaid" / "bin" / "osaid").exists()
    return temporary


def script(step: Mapping[str, Any], known: Mapping[str, str], variables: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does: its variables with the expressions worked out, and bash with these options."""
    given = {name: EXPRESSION.sub(lambda match: known[match[1]], value) for name, value in step.get("env", {}).items()}
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(command, cwd=cwd, env={**kept, **variables, **given}, capture_output=True, text=True, check=False)


def holds(condition: str, known: Mapping[str, str]) -> bool:
    """A condition of a step: comparisons with a text, joined by &&."""
    parts = [re.fullmatch(r"([a-z.-]+) (==|!=) '(.*)'", part.strip()) for part in condition.split("&&")]
    return all((known[part[1]] == part[3]) == (part[2] == "==") for part in parts if part is not None or pytest.fail(condition))


def job(installed: Path, folder: Path, **inputs: str) -> Job:
    """Run the steps after the install step in a folder."""
    known = {f"inputs.{name}": str(entry.get("default", "")) for name, entry in ACTION["inputs"].items()}
    known.update({f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()})
    files = {name: folder / f".{name}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("", encoding="utf-8")
    variables = {"RUNNER_TEMP": str(installed), **{name: str(file) for name, file in files.items()}}
    status, log, uploaded = 0, "", []
    known.update({f"steps.gate.outputs.{name}": "" for name in ACTION["outputs"]})
    for step in STEPS[1:]:
        if status or not holds(step.get("if", "inputs.cards != ''"), known):
            continue
        if "uses" in step:
            assert step["uses"].startswith("github/codeql-action/upload-sarif@")
            uploaded.append(EXPRESSION.sub(lambda match: known[match[1]], step["with"]["sarif_file"]))
            continue
        done = script(step, known, variables, folder)
        status, log = done.returncode, log + done.stdout + done.stderr
        pairs = [line.partition("=") for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()]
        known.update({f"steps.gate.outputs.{name}": value for name, _, value in pairs})
    outputs = {name: EXPRESSION.sub(lambda match: known[match[1]], entry["value"]) for name, entry in ACTION["outputs"].items()}
    return Job(status, log, files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"), outputs, uploaded)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with a good card, a bad one, and a policy."""
    (tmp_path / "model_cards").mkdir()
    worst = full_card("worst-1b")
    worst["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    write(tmp_path / "model_cards", full_card("best-1b"), worst)
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def test_the_action_passes(installed: Path, repository: Path) -> None:
    done = job(installed, repository, cards="model_cards/best-1b.yaml\n", policy="policy.yaml", upload_sarif="true")
    assert done.status == 0, done.log
    assert "::notice title=ours::The gate passes: passed 1." in done.log.splitlines()
    assert "**The gate passes: passed 1.**" in done.summary
    assert done.outputs == {"status": "0", "sarif": "osaid.sarif"}
    assert done.uploaded == ["osaid.sarif"]
    assert json.loads((repository / "osaid.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_the_action_fails_after_everything_is_written(installed: Path, repository: Path) -> None:
    done = job(installed, repository, cards="model_cards", policy="policy.yaml", sarif_file="out.sarif", date="2026-03-01")
    assert done.status == 1, done.log
    assert "::error file=model_cards/worst-1b.yaml,line=" in done.log
    assert "| WORST-1B (worst-1b) | fails |" in done.summary
    assert done.outputs == {"status": "1", "sarif": "out.sarif"}
    assert done.uploaded == [], "only where it is asked for"
    (result,) = json.loads((repository / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "model_cards/worst-1b.yaml"


def test_the_action_tells_what_cannot_be_read_or_is_wrong(installed: Path, repository: Path) -> None:
    (repository / "model_cards" / "bad.yaml").write_text('"::set-env name=X::y": 1\nosaid_card: 1\n', encoding="utf-8")
    done = job(installed, repository, cards="model_cards", policy="policy.yaml", upload_sarif="true")
    assert (done.status, done.uploaded) == (3, ["osaid.sarif"])
    assert "could not be read" in done.summary
    stopped = re.search(r"^::stop-commands::(osaid-[0-9a-f]{32})\n(.*?)^::\1::$", done.log, re.DOTALL | re.MULTILINE)
    assert stopped
    assert "bad.yaml:1:1: error:" in stopped[2]
    assert not [line for line in done.log.replace(stopped[0], "").splitlines() if not re.match("::(error|notice|warning) |$", line)]
    done = job(installed, repository, cards="model_cards", policy="no-such-policy", upload_sarif="true")
    assert (done.status, done.outputs["sarif"], done.uploaded) == (2, "", [])
    assert "policy.unknown" in done.log
    assert job(installed, repository, cards=" ", policy="policy.yaml").status == 3
    assert job(installed, repository, cards="\n", policy="policy.yaml").status == 2


def test_what_comes_in_is_never_run(installed: Path, repository: Path) -> None:
    evil = '$(touch ran) `touch ran` "; touch ran; #'
    job(installed, repository, cards=evil, policy=evil, date=evil, sarif_file="out.sarif", **{"from": evil})
    job(installed, repository, cards=f"--help\n{evil}", policy="policy.yaml", badge_card=evil)
    assert not (repository / "ran").exists()


@pytest.mark.skipif("badge" not in COMMANDS, reason="osaid badge is not there yet")
def test_the_action_writes_a_badge(installed: Path, repository: Path) -> None:
    cards = "model_cards/best-1b.yaml\nmodel_cards/worst-1b.yaml"
    for number, more in enumerate(({}, {"badge_card": "model_cards/worst-1b.yaml"})):
        done = job(installed, repository, cards=cards, policy="policy.yaml", badge=f"{number}.svg", **more)
        assert done.status == 1
        assert "<svg" in (repository / f"{number}.svg").read_text(encoding="utf-8")


# --- pre-commit -----------------------------------------------------------------------------------------------------


def git(*arguments: str, cwd: Path) -> str:
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *names, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_hooks_run(installed: Path, tmp_path: Path) -> None:
    """pre-commit itself, on a small repository: a good and a bad card for each hook."""
    pytest.importorskip("pre_commit")
    ours = tmp_path / "osaid"
    left_out = shutil.ignore_patterns(".git", ".venv", "*_cache", "__pycache__", ".hypothesis", "dist", "build")
    shutil.copytree(ROOT, ours, ignore=left_out)
    theirs = tmp_path / "theirs"
    (theirs / "model_cards").mkdir(parents=True)
    for folder in (ours, theirs):
        git("init", "--quiet", cwd=folder)
        if folder == theirs:
            write(theirs / "model_cards", full_card("best-1b"))
            (theirs / "policy.yaml").write_text(POLICY, encoding="utf-8")
            (theirs / "other.yaml").write_text("not: a card\n", encoding="utf-8")
        git("add", "-A", cwd=folder)
        git("commit", "--quiet", "--message", "All", cwd=folder)
    config = {
        "repos": [
            {
                "repo": str(ours),
                "rev": git("rev-parse", "HEAD", cwd=ours).strip(),
                "hooks": [{"id": "osaid-validate"}, {"id": "osaid-gate", "args": ["--policy", "policy.yaml"]}],
            }
        ]
    }
    (theirs / ".pre-commit-config.yaml").write_text(as_yaml(config), encoding="utf-8")
    git("add", "-A", cwd=theirs)

    def hook(name: str) -> tuple[int, str]:
        kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never", name],
            cwd=theirs,
            env={**kept, "PRE_COMMIT_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    for name in ("osaid-validate", "osaid-gate"):
        code, told = hook(name)
        assert (code, "Passed" in told) == (0, True), told
    worst = full_card("worst-1b")
    worst["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    write(theirs / "model_cards", worst)
    git("add", "-A", cwd=theirs)
    assert hook("osaid-validate")[0] == 0
    code, told = hook("osaid-gate")
    assert (code, "worst-1b): fails" in told) == (1, True), told
    (theirs / "model_cards" / "worst-1b.yaml").write_text("osaid_card: 1\n", encoding="utf-8")
    git("add", "-A", cwd=theirs)
    code, told = hook("osaid-validate")
    assert (code, "worst-1b.yaml:1:1: error:" in told) == (1, True), told
    done = subprocess.run([sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"], check=False)
    assert done.returncode == 0


# --- publishing a site ----------------------------------------------------------------------------------------------

PUBLISH = ROOT / "docs" / "examples" / "publish-site.yml"


def test_the_workflow_is_what_github_asks_for() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(PUBLISH)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_builds_the_site(installed: Path, tmp_path: Path) -> None:
    workflow: dict[str, Any] = yaml.safe_load(PUBLISH.read_text(encoding="utf-8"))
    steps = [step for step in workflow["jobs"]["site"]["steps"] if "run" in step]
    assert [step["name"] for step in steps] == ["Install osaid", "Build the site"]
    assert all("${{" not in step["run"] for step in steps)
    (tmp_path / "cards").mkdir()
    write(tmp_path / "cards", full_card("one-1b"))
    variables = {"PATH": f"{installed / 'osaid' / 'bin'}{os.pathsep}{os.environ['PATH']}", "OSAID": str(ROOT)}
    for _ in range(2):  # the second time upon the site that is there
        for step in steps:
            done = script(step, {"steps.pages.outputs.base_url": "https://example.org/register"}, variables, tmp_path)
            assert done.returncode == 0, done.stdout + done.stderr
    index = json.loads((tmp_path / "site" / "index.json").read_text(encoding="utf-8"))
    assert (index["base_url"], [change["kind"] for change in index["changes"]]) == ("https://example.org/register/", ["added"])
