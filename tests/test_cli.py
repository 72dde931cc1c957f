"""The command line: every command as a process of its own, with its outputs and its exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support import ROOT, TESTS, as_yaml, full_card, run, three_cards, write

import osaid
from osaid.cli import COMMANDS
from osaid.resources import bundled_ids
from osaid.rubrics.rubric import rubric_ids


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A folder with three cards: one conforms, one says nothing, one does not conform."""
    return three_cards(tmp_path / "cards")


# --- help and usage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["rubric", "list"], ["rubric", "show"], ["rubric", "check"]])
def test_help(command: list[str]) -> None:
    ran = run(*command, "--help")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith(" ".join(["Usage: osaid", *command, "["]))
    assert "-h, --help" in ran.stdout
    assert all(len(line) <= 100 for line in ran.stdout.splitlines())


def test_help_names_every_command_and_exit_code() -> None:
    text = run("--help").stdout
    assert all(re.search(rf"^  {name} ", text, re.MULTILINE) for name in COMMANDS)
    assert all(re.search(rf"\b{code}\s", text) for code in (0, 2, 3, 70))


def test_version() -> None:
    assert run("--version") == (0, f"osaid {osaid.__version__}\n", "")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("pythia-69b", "Did you mean pythia-6.9b?"),
        ("zzzz", "Bundled: "),
        ("mistralai/Mixtral-8x7B-v0.1", "mixtral-8x7b"),
        ("no.yaml", "no such file"),
    ],
)
def test_a_name_that_is_not_found_does_not_keep_the_others_from_being_graded(name: str, says: str) -> None:
    ran = run("score", name, "mixtral-8x7b", "--format", "json")
    assert ran.code == 3
    assert says in ran.stderr
    result = json.loads(ran.stdout)
    assert [item["subject"]["id"] for item in result["assessments"]] == ["mixtral-8x7b"]
    assert len(result["errors"]) == 1


def test_everything_wrong_with_a_card_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(
        'osaid_card: "1"\nas_of: 2026-11-21\nas_of: 2026-11-20\nmodel: {id: x1, name: X}\n'
        "components:\n  weights: {release: ful, evidence: [nope]}\n",
        encoding="utf-8",
    )
    ran = run("validate", path)
    assert ran.code == 3
    assert re.findall(r":(\d+:\d+): error: .*\[([a-z.-]+)\]", ran.stderr) == [
        ("3:1", "document.duplicate-key"),
        ("6:22", "shape.not-a-choice-near"),
        ("6:38", "finding.evidence-missing"),
    ]


def test_all_bundled_cards() -> None:
    assert run("score", "bundled:").stdout == run("score", *(f"bundled:{name}" for name in bundled_ids("model_cards"))).stdout


@pytest.mark.parametrize("command", ["compare", "diff", "report", "site"])
def test_rubrics_that_are_told_apart_by_id_have_one_each(command: str, tmp_path: Path) -> None:
    text = (TESTS / "rubrics" / "golden.yaml").read_text(encoding="utf-8")
    for number in (1, 2):
        (tmp_path / f"{number}.yaml").write_text(text.replace("version: 1.0.0", f"version: {number}.0.0"), encoding="utf-8")
    both = ("--rubric", tmp_path / "1.yaml", "--rubric", tmp_path / "2.yaml")
    ran = run(command, "phi-2", "bloom", *both, "-o", tmp_path / "out")
    assert (ran.code, "same id: golden. [rubric.same-id]" in ran.stderr) == (2, True)
    assert not (tmp_path / "out").exists()
    assert run(command, "phi-2", "bloom", *both[:2], "--rubric", "mof-1.0", "-o", tmp_path / "out").code == 0


def test_the_card_that_is_read_is_not_written_over(tmp_path: Path) -> None:
    (path,) = write(tmp_path, full_card())
    before = path.read_bytes()
    ran = run("score", path, "-o", path)
    assert (ran.code, path.read_bytes()) == (2, before)
    assert "[file.is-input]" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["scoer", "pythia-6.9b"], "Did you mean score?"),
        (["score"], "CARD"),
        (["score", "pythia-6.9b", "--format", "tabel"], "tabel"),
        (["score", "--no-such-option", "pythia-6.9b"], "--no-such-option"),
        (["score", "pythia-6.9b", "--rubric", "osaid1.0"], "Did you mean osaid-1.0?"),
        (["validate"], "CARD"),
        (["explain", "OSAID-CODE-TRAININGS"], "Did you mean OSAID-CODE-TRAINING?"),
        (["explain", "zzzz-zzzz"], "zzzz-zzzz"),
        (["license"], "--list"),
        (["license", "MIT AND"], "Expected a licence"),
        (["rubric", "show", "osaid-1"], "Did you mean osaid-1.0?"),
        (["rubric", "check", "nowhere.yaml"], "no such file"),
        (["schema", "crad"], "crad"),
        (["init", "///"], "No model id"),
    ],
)
def test_what_cannot_be_done_exits_2(arguments: list[str], says: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert says in ran.stderr + (ran.stdout if arguments[0] == "license" else "")
    assert "Traceback" not in ran.stderr
    assert arguments[0] == "license" or ran.stdout == ""


# --- score --------------------------------------------------------------------------------------------------------


def test_one_card_in_full(cards: Path) -> None:
    ran = run("score", cards / "worst-1b.yaml")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("WORST-1B, Test Lab\n")
    assert "DOES NOT CONFORM" in ran.stdout
    assert "[OSAID-CODE-TRAINING]" in ran.stdout
    assert "Remedy: " in ran.stdout


def test_a_folder_a_line_each_best_first(cards: Path) -> None:
    ran = run("score", cards)
    assert (ran.code, ran.stderr) == (0, "")
    names = [line.split()[0] for line in ran.stdout.splitlines()[2:5]]
    assert names == ["BEST-1B", "OPEN-1B", "WORST-1B"]
    assert ran.stdout.splitlines()[-1].startswith("3 models by osaid-1.0 ")


def test_standard_input() -> None:
    ran = run("score", "-", "--format", "json", stdin=as_yaml(full_card()).encode())
    assert (ran.code, ran.stderr) == (0, "")
    (found,) = json.loads(ran.stdout)["assessments"]
    assert (found["subject"]["path"], found["subject"]["format"], found["verdict"]["id"]) == ("-", "yaml", "conforms")
    ran = run("score", "-", "-", "--format", "json", stdin=json.dumps(full_card()).encode())
    assert [item["subject"]["format"] for item in json.loads(ran.stdout)["assessments"]] == ["json"]
    front = f"---\n{as_yaml(full_card())}---\n# Full 1B\n"
    ran = run("score", "-", "--format", "json", stdin=front.encode())
    assert [item["subject"]["format"] for item in json.loads(ran.stdout)["assessments"]] == ["markdown"]


def test_a_bundled_card_by_its_id() -> None:
    identifier = bundled_ids("model_cards")[0]
    ran = run("score", identifier, "--format", "json")
    assert (ran.code, ran.stderr) == (0, "")
    (found,) = json.loads(ran.stdout)["assessments"]
    assert (found["subject"]["path"], found["subject"]["id"]) == ("bundled:" + identifier, identifier)
    assert str(ROOT) not in ran.stdout


def test_a_file_comes_before_a_bundled_card_of_that_name(tmp_path: Path) -> None:
    identifier = bundled_ids("model_cards")[0]
    (tmp_path / identifier).write_text(as_yaml(full_card("mine-1b")), encoding="utf-8")
    ran = run("score", identifier, "--format", "json", cwd=tmp_path)
    assert [item["subject"]["id"] for item in json.loads(ran.stdout)["assessments"]] == ["mine-1b"]


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("osaid_card", encoding="utf-8")
    (tmp_path / "README.md").write_text("# About these cards\n", encoding="utf-8")
    for command in ("score", "validate"):
        ran = run(command, tmp_path)
        assert ran.code == 3
        assert ran.stderr.count("error:") == 1
        assert "[card.none-in-folder]" in ran.stderr


def test_folders_in_folders_and_front_matter(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    write(tmp_path / "deep" / "er", full_card("a-1b"))
    write(tmp_path / ".hidden", full_card("hidden-1b"))
    (tmp_path / "deep" / "card.md").write_text(f"---\n{as_yaml(full_card('b-1b'))}---\ntext\n", encoding="utf-8")
    (tmp_path / "deep" / "plain.md").write_text("# Not a card\n", encoding="utf-8")
    (tmp_path / "deep" / "page.md").write_text("---\ntitle: Not a card\n---\ntext\n", encoding="utf-8")
    (tmp_path / "deep" / "hub.md").write_text("---\nlicense: mit\n---\ntext\n", encoding="utf-8")
    (tmp_path / "c.JSON").write_text(json.dumps(full_card("c-1b")), encoding="utf-8")
    (tmp_path / "deep" / "link").symlink_to(tmp_path)
    ran = run("score", tmp_path, "--format", "json")
    assert (ran.code, ran.stderr) == (0, "")
    assert sorted(item["subject"]["id"] for item in json.loads(ran.stdout)["assessments"]) == ["a-1b", "b-1b", "c-1b", "hub"]


def test_what_is_missing_is_told_and_the_others_are_graded(cards: Path) -> None:
    ran = run("score", cards / "best-1b.yaml", cards / "gone.yaml", "--format", "json")
    assert ran.code == 3
    result = json.loads(ran.stdout)
    assert [item["subject"]["id"] for item in result["assessments"]] == ["best-1b"]
    assert [(error["code"], error["path"]) for error in result["errors"]] == [("file.missing", str(cards / "gone.yaml"))]
    assert ran.stderr.count("error:") == 1


def test_the_same_bytes_whatever_the_order(cards: Path) -> None:
    files = [str(path) for path in cards.iterdir()] + ["mixtral-8x7b", str(cards / "gone.yaml")]
    for form in ("table", "json", "jsonl", "markdown", "csv"):
        first = run("score", *files, "--format", form, env={"PYTHONHASHSEED": "1"})
        again = run("score", *files[::-1], files[0], "--format", form, env={"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Asia/Tokyo"})
        assert first == again
        assert (first.code, len(first.stdout) > 200) == (3, True)


def test_many_at_once_say_the_same_as_each_alone(cards: Path) -> None:
    batch = json.loads(run("score", cards, "mixtral-8x7b", "--format", "json").stdout)["assessments"]
    names = [*(str(path) for path in sorted(cards.iterdir())), "mixtral-8x7b"]
    alone = [json.loads(run("score", name, "--format", "json").stdout)["assessments"][0] for name in names]
    assert sorted(batch, key=lambda item: str(item["subject"]["id"])) == sorted(alone, key=lambda item: str(item["subject"]["id"]))
    lines = run("score", cards, "mixtral-8x7b", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["subject"] for line in lines] == [item["subject"] for item in batch]


# --- the other commands -------------------------------------------------------------------------------------------


def test_init_then_validate_then_score(tmp_path: Path) -> None:
    ran = run("init", "My Model (v2).yaml", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (0, "")
    ran = run("validate", "My Model (v2).yaml", cwd=tmp_path)
    assert (ran.code, ran.stdout, ran.stderr) == (0, "My Model (v2).yaml: valid\n", "")
    (found,) = json.loads(run("score", "My Model (v2).yaml", "--format", "json", cwd=tmp_path).stdout)["assessments"]
    assert (found["subject"]["id"], found["verdict"]["id"], found["score"]) == (
        "my-model-v2",
        "undetermined",
        {"value": 0.0, "low": 0.0, "high": 100.0},
    )
    before = (tmp_path / "My Model (v2).yaml").read_bytes()
    ran = run("init", "My Model (v2).yaml", cwd=tmp_path)
    assert (ran.code, "--force" in ran.stderr) == (2, True)
    assert (tmp_path / "My Model (v2).yaml").read_bytes() == before
    assert run("init", "My Model (v2).yaml", "--force", "--id", "other", "--name", 'A "b": #c', cwd=tmp_path).code == 0
    ran = run("score", "My Model (v2).yaml", "--format", "json", cwd=tmp_path)
    assert json.loads(ran.stdout)["assessments"][0]["subject"]["name"] == 'A "b": #c'


@pytest.mark.parametrize(
    "arguments", [["--name", "\x7f\u202e\ud83d\ude00 \t"], ["--name", "   "], ["--id", "a" * 300], ["--name", "x" * 5000]]
)
def test_what_init_writes_is_valid_or_it_writes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    given = [argument.encode("utf-16", "surrogatepass").decode("utf-16") for argument in arguments]
    ran = run("init", "card.yaml", *given, cwd=tmp_path)
    assert "Traceback" not in ran.stderr
    if ran.code == 0:
        assert run("validate", "card.yaml", cwd=tmp_path) == (0, "card.yaml: valid\n", "")
    else:
        assert (ran.code, list(tmp_path.iterdir())) == (2, [])


def test_validate_says_what_is_wrong_and_what_is_doubtful(tmp_path: Path) -> None:
    wrong, doubtful = full_card("wrong-1b"), full_card("doubtful-1b")
    wrong["components"]["weigths"] = wrong["components"].pop("weights")
    wrong["as_of"] = "tomorrow"
    doubtful["components"]["weights"]["evidence"] = []
    contradicts = full_card("contradicts-1b")
    contradicts["components"]["weights"]["evidence"] = ["nowhere"]
    write(tmp_path, full_card("fine-1b"), wrong, doubtful, contradicts)
    ran = run("validate", tmp_path)
    assert ran.code == 3
    assert re.search(r"wrong-1b\.yaml:\d+:\d+: error: .*weigths.* \[shape\.unknown-key-near\]\n    Did you mean weights\?", ran.stderr)
    assert re.search(r"wrong-1b\.yaml:\d+:\d+: error: .*as_of", ran.stderr)
    assert re.search(r"contradicts-1b\.yaml:\d+:\d+: error: .*nowhere", ran.stderr)
    assert re.search(r"doubtful-1b\.yaml:\d+:\d+: warning: .* \[finding\.unsupported\]", ran.stderr)
    assert sorted(line.split(": ")[1].split(" (")[0] for line in ran.stdout.splitlines()) == ["not valid", "valid", "valid"]
    assert run("validate", tmp_path / "doubtful-1b.yaml").code == 0
    assert run("validate", "--strict", tmp_path / "doubtful-1b.yaml").code == 3
    assert run("validate", "-q", tmp_path / "doubtful-1b.yaml") == (0, "", "")
    assert run("validate", "--quiet", "model_cards").stdout == ""


def test_explain() -> None:
    ran = run("explain", "osaid-terms-use")
    assert (ran.code, ran.stderr) == (0, "")
    for heading in ("Asks", "Why", "Checked by", "Remedy", "Question", "Clause", "Counts", "Rubric"):
        assert re.search(rf"^{heading} +\S", ran.stdout, re.MULTILINE)
    assert "https://opensource.org/" in ran.stdout
    assert run("explain", "Apache-2.0").stdout.startswith("Apache-2.0\n")
    assert "OSAID-FAQ-OPEN-DATA" in run("explain", "OSAID-FAQ-OPEN-DATA").stdout
    assert run("explain", "OSAID-FAQ-OPEN-DATA", "--rubric", "osaid-1.0").code == 2


def test_license() -> None:
    ran = run("license", "Apache-2.0 AND LicenseRef-Llama-2-Community", "--format", "json")
    assert (ran.code, ran.stderr) == (0, "")
    data = json.loads(ran.stdout)
    assert set(data["freedoms"]) == {"use", "study", "modify", "share"}
    assert data["freedoms"]["use"] in ("restricted", "denied")
    assert run("license", "LicenseRef-Nobody-Knows").code == 0
    listed = run("license", "--list").stdout.splitlines()
    assert any(line.startswith("Apache-2.0 ") for line in listed)


def test_rubric_list_and_show() -> None:
    ran = run("rubric", "list")
    assert (ran.code, ran.stderr) == (0, "")
    assert [line.partition(":")[0] for line in ran.stdout.splitlines() if line[:1].strip()] == [
        "osaid-1.0 (default)" if name == "osaid-1.0" else name for name in rubric_ids()
    ]
    shown = run("rubric", "show")
    assert (shown.code, shown.stderr) == (0, "")
    assert shown.stdout == run("rubric", "show", "osaid-1.0").stdout
    assert all(item.id in shown.stdout for item in osaid.load_rubric().criteria)


def test_schema() -> None:
    for name in ("card", "rubric", "assessment"):
        ran = run("schema", name)
        assert (ran.code, ran.stderr) == (0, "")
        assert json.loads(ran.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
