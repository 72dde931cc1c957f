"""``osaid gate`` as a command: exit status, inputs, dates; and the colours and widths of its table."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest
from strangers import TEXTS, visible
from support import TESTS, as_yaml, full_card, load, run, small_card, three_cards, write

from osaid.policy.decision import decide
from osaid.policy.policy import load_policy
from osaid.reports import CHECK_FORMATS, GATE_FORMATS, GateContext, Judged, render_gate
from osaid.reports.gate_run import Counted

RULE = "{id: code, title: Training code, criteria: {rubric: osaid-1.0, met: [OSAID-CODE-TRAINING]}}"


def policy(folder: Path, *rules: str, more: str = "") -> Path:
    path = folder / "policy.yaml"
    text = 'osaid_policy: "1"\nid: test\nversion: 1.0.0\ntitle: Test\n' + more + "rules:\n"
    path.write_text(text + "".join(f"  - {rule}\n" for rule in rules or (RULE,)), encoding="utf-8")
    return path


def test_exit_status(tmp_path: Path) -> None:
    cards = three_cards(tmp_path / "cards")
    given = ("gate", "--policy", policy(tmp_path))
    assert run(*given, cards / "best-1b.yaml").code == 0
    assert run(*given, cards / "worst-1b.yaml").code == 1
    assert run(*given, cards / "open-1b.yaml").code == 1, "unknown fails"
    assert run(*given, cards).code == 1
    (cards / "broken.yaml").write_text("osaid_card: 1\n", encoding="utf-8")
    ran = run(*given, cards)
    assert ran.code == 3
    assert "best-1b): passes" in ran.stdout
    assert "worst-1b): fails" in ran.stdout
    assert "broken.yaml: could not be read" in ran.stdout
    assert "broken.yaml:1:1: error: " in ran.stderr
    assert run(*given, cards / "best-1b.yaml", cards / "broken.yaml").code == 3
    assert run(*given, cards / "broken.yaml").code == 3
    assert run(*given, "no-such-card").code == 3


@pytest.mark.parametrize("form", [*GATE_FORMATS, *CHECK_FORMATS])
def test_a_policy_for_none_of_the_cards_fails_and_says_so(tmp_path: Path, form: str) -> None:
    (card,) = write(tmp_path, full_card())
    path = policy(tmp_path, more="applies_to: {models: [other-*]}\n")
    ran = run("gate", "--policy", path, card, "--format", form)
    assert (ran.code, ran.stderr) == (1, "")
    if form == "json":
        result = json.loads(ran.stdout)
        assert (result["passed"], result["cards"][0]["applies"], result["cards"][0]["passed"]) == (False, False, None)
    else:
        assert "The policy is for none of the cards, so nothing was judged." in ran.stdout.replace("\n", " ")


def test_usage_and_policy_errors(tmp_path: Path) -> None:
    (card,) = write(tmp_path, full_card())
    wrong = policy(tmp_path, "{id: code, title: T, criteria: {rubric: osaid-1.0, met: [OSAID-CODE-TRAINNIG]}}", "{id: b, title: B}")
    ran = run("gate", "--policy", wrong, card)
    assert (ran.code, ran.stdout) == (2, "")
    assert f"{wrong}:6:62: error: The criterion OSAID-CODE-TRAINNIG" in ran.stderr
    assert "Did you mean OSAID-CODE-TRAINING?" in ran.stderr
    assert f"{wrong}:7:5: error: The rule b has to have exactly one check." in ran.stderr
    assert run("gate", card).code == 2
    assert run("gate", "--policy", "adopt-stric", card).code == 2
    path = policy(tmp_path)
    for day in ("2026-02-31", "20260101", "yesterday", "2026-1-1"):
        ran = run("gate", "--policy", path, card, "--date", day)
        assert (ran.code, "usage.no-such-day" in ran.stderr) == (2, True)
    for target in (card, path):
        before = target.read_bytes()
        ran = run("gate", "--policy", path, card, "-o", target)
        assert (ran.code, "file.is-input" in ran.stderr) == (2, True)
        assert target.read_bytes() == before


def test_a_policy_full_of_wrong_texts_of_strangers_is_told_in_order(tmp_path: Path) -> None:
    (card,) = write(tmp_path, full_card())
    words = [text for text in TEXTS.values() if text.strip()]
    rules = [
        {"id": "r1", "title": "T", "restrictions": {"forbid": words, "on": words}},
        {"id": "r2", "title": "T", "licenses": {"allow": words}},
        {"id": "r3", "title": "T", "verdict": {"rubric": words[0], "at_least": words[1]}},
        {"id": "r4", "title": "T", "criteria": {"rubric": "osaid-1.0", "met": words * 20}},
    ]
    head = {"osaid_policy": "1", "id": "test", "version": "1", "title": "T"}
    (tmp_path / "policy.json").write_text(json.dumps({**head, "rules": rules}), encoding="utf-8")
    ran = run("gate", "--policy", tmp_path / "policy.json", card)
    assert (ran.code, ran.stdout, visible(ran.stderr)) == (2, "", True)
    assert ran.stderr.count(" error: ") == 100, "no more than can be read"
    (tmp_path / "policy.json").write_text(json.dumps({**head, "rules": rules, words[0]: words[1]}), encoding="utf-8")
    ran = run("gate", "--policy", tmp_path / "policy.json", card)
    assert (ran.code, "shape.unknown-key" in ran.stderr, visible(ran.stderr)) == (2, True, True)


def test_the_result_goes_to_a_file_whole(tmp_path: Path) -> None:
    (card,) = write(tmp_path, full_card())
    given = ("gate", "--policy", policy(tmp_path), card, "--date", "2026-03-01")
    for form in (*GATE_FORMATS, *CHECK_FORMATS):
        shown = run(*given, "--format", form)
        written = run(*given, "--format", form, "-o", tmp_path / "result")
        assert (shown.code, written.code, written.stdout) == (0, 0, "")
        assert (tmp_path / "result").read_text(encoding="utf-8") == shown.stdout


def test_today_is_the_day_unless_one_is_given(tmp_path: Path) -> None:
    today = datetime.date.today()
    (card,) = write(tmp_path, {**full_card(), "as_of": today.isoformat()})
    path = policy(tmp_path, "{id: age, title: Age, age: {most_days: 3}}")
    assert run("gate", "--policy", path, card).code == 0
    later = (today + datetime.timedelta(days=4)).isoformat()
    assert run("gate", "--policy", path, card, "--date", later).code == 1


def test_standard_input_other_formats_and_bases(tmp_path: Path) -> None:
    path = policy(tmp_path)
    ran = run("gate", "--policy", path, "-", stdin=as_yaml(full_card()).encode())
    assert ran.code == 0
    ran = run("gate", "--policy", "adopt-commercial", "../docs/examples/hub-readme.md", "--format", "json", cwd=TESTS)
    (card,) = json.loads(ran.stdout)["cards"]
    assert (ran.code, card["subject"]["format"]) == (1, "huggingface")
    assert {finding["line"] for rule in card["rules"] for finding in rule["findings"]} == {None}, "a line of a card, not of this file"
    assert run("gate", "--policy", path, "../docs/examples/hub-readme.md", "--from", "mof", cwd=TESTS).code == 3
    base = full_card("base-1b")
    base["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    tuned = full_card("tuned-1b", derived_from=[{"model": "base-1b", "relation": "finetune", "evidence": ["repo"]}])
    cards = write(tmp_path, base, tuned)
    ran = run("gate", "--policy", path, cards[1], "--format", "json")
    assert "lineage.base-missing" in ran.stdout
    ran = run("gate", "--policy", path, *cards, "--format", "json")
    assert "lineage.base-not-met" in ran.stdout


def test_a_rubric_of_ones_own_stands_beside_the_policy(tmp_path: Path) -> None:
    (card,) = write(tmp_path, full_card())
    (tmp_path / "ours.yaml").write_bytes((TESTS / "rubrics" / "golden.yaml").read_bytes())
    path = policy(tmp_path, "{id: v, title: V, verdict: {rubric: ours.yaml, at_least: passes}}")
    assert run("gate", "--policy", path, card, cwd="/").code == 0


def test_two_cards_of_one_id_are_told_of(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(as_yaml(full_card()), encoding="utf-8")
    ran = run("gate", "--policy", policy(tmp_path), tmp_path / "a.yaml", tmp_path / "b.yaml")
    assert "card.same-id" in ran.stderr


def test_one_card_shows_every_rule_and_many_only_what_is_to_be_seen(tmp_path: Path) -> None:
    best, other = write(tmp_path, full_card("best-1b"), full_card("other-1b"))
    path = policy(tmp_path)
    assert "passed   code" in run("gate", "--policy", path, best).stdout
    assert "passed   code" not in run("gate", "--policy", path, best, other).stdout


def test_colour_is_for_a_terminal_only(tmp_path: Path) -> None:
    card, rules = load(small_card()), load_policy(str(policy(tmp_path, "{id: age, title: Age, age: {most_days: 1}}")))
    day = datetime.date(2026, 11, 22)
    judged = Counted([Judged(card, decide(rules, card, {}, day))])
    context = GateContext(rules, day, "0")
    assert "\033[" not in "".join(render_gate("table", judged, context))
    assert "\033[1;31mfails\033[0m" in "".join(render_gate("table", judged, context._replace(color=True)))
    assert "\033[" not in run("gate", "--policy", tmp_path / "policy.yaml", "phi-2").stdout


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from osaid.cli import main\n"
        "try: main(['gate', '--policy', 'adopt-commercial', 'mixtral-8x7b', '--format', 'sarif', '-o', sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'pydantic_core', 'jsonschema', 'tabulate', 'license_expression'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "result.sarif")], check=True, cwd=TESTS.parent)
