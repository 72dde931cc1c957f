"""READMEs of the Hub: where front matter is found, what it says of terms and bases, and what only a person can settle."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import run

from osaid import LoadedCard, OsaidError, assess, parse_card, terms
from osaid.cards.schema import shape

FREE = "---\nlicense: mit\n---\n# Title\n"


def readme(text: str | bytes, path: str = "org/example-7b/README.md") -> LoadedCard:
    card = parse_card(text if isinstance(text, bytes) else text.encode(), path=path)
    assert card.subject.format == "huggingface"
    assert shape().problems_in(card.data) == []
    return card


def license_of(card: LoadedCard) -> str | None:
    given = card.data.get("licenses", {}).get("parameters")
    return given["license"] if given is not None else None


def codes(card: LoadedCard, *kinds: str) -> list[str]:
    return [note.code for note in card.notes if note.kind in (kinds or ("unreadable", "conflict", "rule"))]


@pytest.mark.parametrize(
    ("text", "license"),
    [
        (FREE, "mit"),
        (FREE.replace("\n", "\r\n"), "mit"),
        (FREE.replace("\n", "\r"), None),  # a closing fence needs a line feed behind it
        ("---\rlicense: mit\r---", "mit"),
        ("\n \n\t\n" + FREE, "mit"),
        ("\ufeff" + FREE, "mit"),
        ("---\nlicense: mit\n--- \t\ntext", "mit"),
        ("---\nlicense: mit\n---", "mit"),
        # what the Hub does not find says nothing
        ("", None),
        ("# Title\n\n" + FREE, None),
        ("--- \nlicense: mit\n---\n", None),
        ("---\nlicense: mit\n", None),
        ("---\r\r\nlicense: mit\r\r\n---\r\r\n", None),
        ("---\n---\n", None),
        ("---\n# nothing\n---\n", None),
        # and so does what cannot be read
        ("---\nlicense: [mit\n---\n", None),
        ("---\nword\n---\n", None),
        ("---\nlicense: mit\nlicense: gemma\n---\n", "mit AND other"),
        ("---\nlicense: mit\ntags: [a]\ntags: [b]\n---\n", "mit"),
        ("---\nlicense: &x mit\n---\n", "mit AND other"),
        ("---\nlicense: !!null mit\n---\n", "mit AND other"),
        ("---\nlicense: mit\ntags: &x [a]\n---\n", "mit"),
        # our own key counts in the front matter alone
        ("---\nlicense: mit\nlanguage: en\nlanguage: de\n---\nosaid_card: 1\n", "mit"),
    ],
)
def test_front_matter_as_on_the_hub(text: str, license: str | None) -> None:
    assert license_of(readme(text)) == license


@pytest.mark.parametrize(
    ("front", "license", "free"),
    [
        ("license: apache-2.0", "apache-2.0", "yes"),
        ("license: Apache 2.0", "Apache 2.0", "yes"),
        ("license: gemma", "gemma", "no"),
        ("license: openrail", "openrail", "no"),
        ("license: gpl", "gpl", "yes"),
        ("license: cc", "cc", "unknown"),
        ("license: other", "other", "unknown"),
        ("license: unknown", "unknown", "unknown"),
        ("license: '???'", "???", "unknown"),
        ("license: [mit]", "mit", "yes"),
        ("license: [mit, apache-2.0]", "mit AND apache-2.0", "yes"),
        ("license: [mit, openrail]", "mit AND openrail", "no"),
        ("license: [mit, null, 'what it says']", "mit AND what it says", "unknown"),
        # what cannot be read is an unknown licence among the others
        ("license: [mit, {name: cc-by-nc-4.0}]", "mit AND other", "unknown"),
        ("license: [mit, [cc-by-nc-4.0]]", "mit AND other", "unknown"),
        ("license: mit\nlicense_name: [llama2]", "mit AND llama2", "no"),
        ("license: mit\nlicense_name: {a: llama2}", "mit AND other", "unknown"),
        ("license: mit\nlicense_link: [LICENSE, {a: b}]", "mit AND other", "unknown"),
        ("license: mit\nlicense_link: https://huggingface.co/meta-llama/Llama-2-7b-hf/blob/main/LICENSE.txt", None, "unknown"),
        ("license: mit\nlicense_link: https://huggingface.co/Qwen/Qwen2.5-7B/blob/main/LICENSE", "mit", "yes"),
        ("license: mit) OR (mit\nlicense_name: llama2", None, "no"),
        ("license: ['mit OR (apache-2.0', 'llama2)']", None, "no"),
        ("license: (mit\nlicense_name: x) OR mit", None, "unknown"),
        (f"license: mit{' ' * 4500}non-commercial", "other", "unknown"),
        (f"license: [{'mit, ' * 60}cc-by-nc-4.0]", "mit AND other", "unknown"),
        ("license: mit?", "mit?", "unknown"),
        ("license: mit or similar", "mit or similar", "unknown"),
        ("license: intel", "intel", "unknown"),
        # terms in other places count as well
        ("license: mit\nlicence: cc-by-nc-4.0", "mit AND cc-by-nc-4.0", "no"),
        ("licenses: [mit]", "other AND mit", "unknown"),
        ("license: mit\ntags: [license:cc-by-nc-4.0]", "mit AND cc-by-nc-4.0", "no"),
        ("license: apache-2.0\ntags: ['license:apache-2.0']", "apache-2.0", "yes"),
        ("license: mit\ngated: true\nextra_gated_prompt: For non-commercial use only", "mit AND other", "unknown"),
        ("license: mit\nextra_gated_fields: {I agree to non-commercial use: checkbox}", "mit AND other", "unknown"),
        ("license: null", None, None),
        ("license: []", None, None),
        ("license: {name: mit}", "other", "unknown"),
        ("tags: [license:mit]", "other AND mit", "unknown"),
        # a name counts where it restricts
        ("license: other\nlicense_name: llama3", "llama3", "no"),
        ("license: other\nlicense_name: sai-nc-community", "sai-nc-community", "no"),
        ("license_name: baichuan2-community-license", "baichuan2-community-license", "no"),
        ("license: other\nlicense_name: our-own-license", "our-own-license", "unknown"),
        # a free name is not relied on where the Hub has an id for it
        ("license: other\nlicense_name: mit", "other AND mit", "unknown"),
        ("license: other\nlicense_name: mit or gemma", "other AND (MIT OR LicenseRef-Gemma-Terms)", "unknown"),
        ("license_name: apache-2.0", "other AND apache-2.0", "unknown"),
        # two statements that do not go together both apply
        ("license: apache-2.0\nlicense_name: yi-license", "apache-2.0 AND yi-license", "no"),
        ("license: apache-2.0\nlicense_name: our-own-license", "apache-2.0 AND our-own-license", "unknown"),
        ("license: llama3.1\nlicense_name: llama3", "llama3.1 AND llama3", "no"),
        ("license: apache-2.0\nlicense_name: Apache License 2.0", "apache-2.0", "yes"),
        # so does a link to other terms; the text of the licence in a repository is no other
        ("license: mit\nlicense_link: LICENSE", "mit", "yes"),
        ("license: mit\nlicense_link: https://huggingface.co/a/b/blob/main/LICENSE.md", "mit", "yes"),
        ("license: mit\nlicense_link: https://gitlab.com/a/b/LICENSE.rst", "mit", "yes"),
        ("license: mit\nlicense_link: https://opensource.org/licenses/MIT", "mit", "yes"),
        ("license: mit\nlicense_link: https://www.apache.org/licenses/LICENSE-2.0", None, "yes"),
        ("license: mit\nlicense_link: https://example.org/terms", "mit AND https://example.org/terms", "unknown"),
    ],
)
def test_terms(front: str, license: str | None, free: str | None) -> None:
    card = readme(f"---\n{front}\n---\n")
    if license is not None or free is None:
        assert license_of(card) == license
    if free is not None:
        assert terms(license_of(card) or "").free == free


def test_conflicts_and_rules_are_told() -> None:
    assert codes(readme("---\nlicense: apache-2.0\nlicense_name: yi-license\n---\n")) == ["import.hf-license-name"]
    assert codes(readme("---\nlicense: mit\nlicense_link: https://example.org/terms\n---\n")) == ["import.hf-license-link"]
    assert codes(readme("---\nlicense: other\nlicense_name: mit\n---\n")) == ["import.hf-other-but-free"]
    assert codes(readme("---\nlicense: [mit, isc]\n---\n")) == ["import.hf-licenses"]
    assert codes(readme("---\nbase_model_relation: friend\n---\n")) == ["import.hf-relation"]
    assert codes(readme("---\nlicense: mit\nlicense: mit\n---\n")) == ["document.duplicate-key"]
    assert codes(readme("---\nextra_gated_prompt: Please\n---\n"), "lead") == ["import.hf-gate-texts"]
    assert codes(readme(FREE)) == []


@pytest.mark.parametrize(
    ("front", "bases"),
    [
        ("base_model: org/Model-7B", [("org/Model-7B", "unspecified")]),
        ("base_model: gpt2\nbase_model_relation: quantized", [("gpt2", "quantized")]),
        ("base_model: [a/b, c/d, a/b]\nbase_model_relation: merge", [("a/b", "merge"), ("c/d", "merge")]),
        ("base_model: https://huggingface.co/org/model", [("org/model", "unspecified")]),
        ("base_model: https://huggingface.co/org/model/tree/main", [("org/model", "unspecified")]),
        ("base_model: https://huggingface.co/datasets/org-data", []),
        ("base_model: https://huggingface.co/datasets/org/data", []),
        ("base_model: {id: org/model}", [("org/model", "unspecified")]),
        ("base_model: null", []),
        ("base_model: []", []),
        ("base_model: a model of ours", []),
        ("base_model: ../../etc/passwd", []),
        ("base_model: [[a]]", []),
    ],
)
def test_bases(front: str, bases: list[tuple[str, str]]) -> None:
    found = readme(f"---\n{front}\n---\n").data["model"].get("derived_from", [])
    assert [(base["model"], base["relation"]) for base in found] == bases


def test_a_base_is_found_by_its_name_on_the_hub() -> None:
    card = readme("---\nlicense: apache-2.0\nbase_model: MistralAI/mistral-7b-v0.1\n---\n")
    result = assess(card)
    assert [(step.model, step.status, step.verdict) for step in result.lineage] == [("mistral-7b", "assessed", "does-not-conform")]
    assert result.verdict.id == "does-not-conform"
    unknown = assess(readme("---\nlicense: apache-2.0\nbase_model: org/nobody-knows\n---\n"))
    assert (unknown.lineage[0].status, unknown.verdict.id) == ("missing", "undetermined")


def test_a_readme_cannot_show_that_weights_are_published() -> None:
    outcomes = {item.id: item.outcome.value for item in assess(readme(FREE)).criteria}
    assert outcomes["OSAID-PARAM-WEIGHTS"] == outcomes["OSAID-TERMS-PARAMETERS"] == "unknown"
    outcomes = {item.id: item.outcome.value for item in assess(readme(FREE.replace("mit", "llama2"))).criteria}
    assert outcomes["OSAID-PARAM-WEIGHTS"] == "unknown"
    assert outcomes["OSAID-TERMS-PARAMETERS"] == "not_met"  # whether they are published or not
    gated = readme("---\nlicense: mit\ngated: manual\n---\n")
    assert gated.data["components"]["weights"]["release"] == "gated"


def test_data_sets_and_names() -> None:
    card = readme("---\nmodel_name: Example\ndatasets: [org/data, the_pile, org/data, null, {name: x}]\n---\n")
    (first, second, third) = card.data["training_data"]["training"]["datasets"]
    assert first == {"name": "org/data", "evidence": ["file"], "where": ["https://huggingface.co/datasets/org/data"]}
    assert (second["name"], third["name"]) == ("the_pile", "x")
    assert "where" not in second
    assert (card.subject.id, card.subject.name) == ("example-7b", "Example")
    assert readme(FREE, "folder/Big Model.md").subject.id == "big-model"
    assert readme(FREE, "README.md").subject.id == "readme"


def test_the_body_gives_leads_with_their_lines_and_nothing_else() -> None:
    body = "# Example\n\n## Training data\nSee https://arxiv.org/abs/2301.00001.\n\n## Hello\nFor non-commercial use only.\n"
    with_body, without = readme(FREE.replace("# Title\n", body)), readme(FREE.replace("# Title\n", ""))
    assert with_body.data == without.data
    found = [(note.code, note.line) for note in with_body.notes if note.kind == "lead"]
    assert found == [("import.lead-heading", 6), ("import.lead-link", 7), ("import.lead-restriction", 10)]


@pytest.mark.parametrize("raw", [b"\xff\xfe#\x00", b"---\nlicense: mit\n---\n\xff", b"\x00\x01"])
def test_bytes_that_are_no_text_say_nothing(raw: bytes) -> None:
    card = readme(raw)
    assert license_of(card) is None
    assert len(codes(card, "unreadable")) == 1


def test_from_standard_input_and_from_front_matter_alone(tmp_path: Path) -> None:
    ran = run("score", "-", "--from", "huggingface", "--format", "csv", stdin=b"# no front matter\n")
    assert (ran.code, ran.stderr) == (0, "")
    front = tmp_path / "front.yaml"
    front.write_text("license: gemma\n", encoding="utf-8")
    assert run("score", front).code == 3
    ran = run("score", front, "--from", "huggingface", "--format", "csv")
    assert ran.code == 0
    ran = run("validate", tmp_path / "front.yaml", "--from", "mof")
    assert ran.code == 3
    assert "import.not-this-format" in ran.stderr


KEYS = ["license: ", "license_name: ", "license_link: ", "base_model: ", "datasets: "]
WORDS = ["mit", "gemma", "other", "a AND b", " or ", "null", "x" * 300, "\u202e", "https://x/", "# ", "non-commercial"]
SIGNS = ["---\n", "[", "]", "\n", "- ", "{", "}", "(", ")", "&a ", "*a", "!!t ", ": "]
pieces = st.sampled_from([*KEYS, *WORDS, *SIGNS])


@given(st.lists(pieces, max_size=40).map("".join))
def test_no_readme_is_too_odd(text: str) -> None:
    for source in (text, f"---\n{text}\n---\n"):
        try:
            card = parse_card(source.encode(), path="x.md")
        except OsaidError:
            assert "osaid_card" in source
            continue
        assert shape().problems_in(card.data) == []
        assess(card)


def test_what_a_card_cannot_hold_is_told() -> None:
    bases = ", ".join(f"a/m{number}" for number in range(53))
    sets = ", ".join(f"d/s{number}" for number in range(1002))
    card = readme(f"---\nbase_model: [{bases}]\ndatasets: [{sets}]\n---\n")
    assert len(card.data["model"]["derived_from"]) == 50
    assert len(card.data["training_data"]["training"]["datasets"]) == 1000
    told = {note.params["what"]: note.params["count"] for note in card.notes}
    assert told == {"base models beyond the first fifty": "3", "data sets beyond the first thousand": "2"}
