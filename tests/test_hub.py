"""The Hub as a source, by the real huggingface_hub and a server of ours on localhost that behaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import TOKEN, HubServer, Repo, Sparse

from osaid.audit.hub import Bounds, Hub, HubModel, chain, dataset, open_model
from osaid.audit.journal import Journal
from osaid.audit.source import AuditError, Entry, Source
from osaid.errors import Problem, UsageError

QUICK = Bounds(pause=0.01, idle=10, seconds=30)
HEADER = json.dumps({"w": {"dtype": "BF16", "shape": [4, 4], "data_offsets": [0, 32]}}).encode()
SHARD = Sparse(len(HEADER).to_bytes(8, "little") + HEADER, 5 << 30)
FILES: dict[str, bytes | Sparse] = {
    "README.md": b"---\nlicense: mit\n---\n# Small\n",
    "config.json": b'{"model_type": "llama"}',
    "model-00001-of-00002.safetensors": SHARD,
    "model-00002-of-00002.safetensors": SHARD,
    "a folder/\u00e9t\u00e9 #1?.txt": b"odd",
    "empty.txt": b"",
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with HubServer() as running:
        running.add(Repo("lab/small", FILES, tags=["license:mit"]))
        yield running


def hub(server: HubServer, journal: Journal | None = None, bounds: Bounds = QUICK, token: str = "") -> Hub:
    return Hub(journal or Journal(), bounds, endpoint=server.endpoint, token=token)


def code_of(error: pytest.ExceptionInfo[AuditError] | pytest.ExceptionInfo[UsageError]) -> str:
    (problem,) = error.value.problems
    assert problem.message
    return problem.code


# --- a model --------------------------------------------------------------------------------------------------------


def test_a_model_is_a_source_at_a_commit(server: HubServer) -> None:
    commit = server.repos["models", "lab/small"].commit
    with hub(server) as asked:
        model: Source = open_model(asked, "hf:lab/small")
        assert (model.name, model.origin.hub, model.origin.revision) == ("lab/small", "lab/small", commit)
        entries = list(model.entries())
        assert [entry.path for entry in entries] == sorted(FILES)
        assert entries[-1] == Entry("model-00002-of-00002.safetensors", 5 << 30, entries[-1].sha256)
        assert len(entries[-1].sha256) == 64
        assert model.skipped == ()
        assert model.read("README.md") == FILES["README.md"]
        assert model.read("a folder/\u00e9t\u00e9 #1?.txt") == b"odd"
        assert model.read("empty.txt") == b""
        assert model.read("config.json", 2, 5) == b"model"
        assert model.read("config.json", 1000, 5) == model.read("config.json", 0, 0) == b""
        assert model.read("config.json", 10, 1000) == b'pe": "llama"}'
        assert model.address() == f"{server.endpoint}/lab/small/tree/{commit}"
        assert model.address("a folder/x#1.txt") == f"{server.endpoint}/lab/small/blob/{commit}/a%20folder/x%231.txt"
    asked_for = [request.path.partition("?")[0] for request in server.log]
    assert all(commit in path for path in asked_for[1:]), "after the first answer, all is asked at the commit"


def test_headers_of_two_shards_cost_four_requests_and_little_more_than_the_headers(server: HubServer) -> None:
    with hub(server) as asked:
        model = open_model(asked, "lab/small")
        shards = [entry.path for entry in model.entries() if entry.path.endswith(".safetensors")]
        for path in shards:
            length = int.from_bytes(model.read(path, 0, 8), "little")
            assert json.loads(model.read(path, 8, length)) == json.loads(HEADER)
        assert (asked.requests, len(server.log)) == (4, 4)
        assert asked.received < 2 * QUICK.ahead + 8000


def test_a_long_file_is_read_in_few_requests_however_small_the_parts(server: HubServer) -> None:
    content = bytes(range(256)) * 4096
    server.add(Repo("lab/long", {"a.bin": content}))
    with hub(server) as asked:
        model = open_model(asked, "lab/long")
        list(model.entries())
        before = asked.requests
        assert b"".join(model.read("a.bin", start, 1000) for start in range(0, len(content), 1000)) == content
        assert asked.requests - before < 10
        assert model.read("a.bin", 0, len(content)) == content, "again, in one go"


def test_long_parts_are_asked_for_in_pieces(server: HubServer) -> None:
    server.add(Repo("lab/long", {"a.bin": Sparse(b"head", 1 << 20)}))
    with hub(server, bounds=QUICK._replace(piece=100_000)) as asked:
        assert open_model(asked, "lab/long").read("a.bin", 0, 1 << 21) == b"head" + bytes((1 << 20) - 4)
    assert max(int(end) - int(start) for request in server.log if request.range for start, end in [request.range[6:].split("-")]) < 100_000


def test_lists_of_files_come_in_pages(server: HubServer) -> None:
    server.page_size = 7
    server.add(Repo("lab/many", {f"f{number:03}": b"x" for number in range(100)}))
    with hub(server) as asked:
        assert len(list(open_model(asked, "lab/many").entries())) == 100
    assert sum("/tree/" in request.path for request in server.log) == 15


def test_files_beyond_the_bound_are_left_out_and_told(server: HubServer) -> None:
    server.page_size = 10
    server.add(Repo("lab/many", {f"f{number:03}": b"x" for number in range(100)}))
    with hub(server, bounds=QUICK._replace(files=25)) as asked:
        model = open_model(asked, "lab/many")
        assert len(list(model.entries())) == 25
        assert [(problem.code, count) for problem, count in model.skipped] == [("hub.skipped-many", 1)]
    assert sum("/tree/" in request.path for request in server.log) == 3


def test_a_renamed_model_has_its_new_name(server: HubServer) -> None:
    server.add(Repo("old/name", renamed_to="lab/small"))
    with hub(server) as asked:
        model = open_model(asked, "old/name")
        assert (model.name, model.facts.asked) == ("lab/small", "old/name")
        assert model.read("config.json") == FILES["config.json"]


def test_revisions_are_resolved_once(server: HubServer) -> None:
    repo = server.repos["models", "lab/small"]
    repo.revisions["v1/rc"] = repo.commit
    with hub(server) as asked:
        for name, revision in (("lab/small@v1/rc", ""), ("lab/small", "v1/rc"), ("lab/small", repo.commit)):
            assert open_model(asked, name, revision=revision).origin.revision == repo.commit
        with pytest.raises(AuditError) as error:
            open_model(asked, "lab/small", revision="v2")
        assert code_of(error) == "hub.no-revision"
        with pytest.raises(AuditError) as error:
            open_model(asked, "lab/small", revision="../../x")
        assert code_of(error) == "hub.bad-revision"


def test_a_file_that_is_not_listed_is_not_asked_for(server: HubServer) -> None:
    with hub(server) as asked:
        model = open_model(asked, "lab/small")
        list(model.entries())
        before = len(server.log)
        for path in ("../../etc/passwd", "/etc/passwd", "nothing", ""):
            with pytest.raises(AuditError) as error:
                model.read(path)
            assert code_of(error) == "hub.not-listed"
        assert len(server.log) == before


# --- the journal ----------------------------------------------------------------------------------------------------


def audit(asked: Hub) -> list[object]:
    model = open_model(asked, "lab/small")
    found: list[object] = [model.facts, *model.entries(), *(model.read(path, 0, 100) for path in FILES)]
    found += [dataset(asked, "lab/data"), *chain(asked, model.name, model.facts.bases)][:1]
    return found


def test_an_audit_that_was_stopped_asks_nothing_again(server: HubServer, tmp_path: Path) -> None:
    path = str(tmp_path / "journal")
    server.add(Repo("lab/data", kind="datasets"))
    server.misbehave("503", only="resolve", after=2)
    with hub(server, Journal(path)) as asked, pytest.raises(AuditError):
        audit(asked)
    answered = len([request for request in server.log if "/resolve/" in request.path]) - QUICK.tries
    assert answered == 2
    server.behave()
    server.log.clear()
    with hub(server, Journal(path)) as asked:
        first = audit(asked)
    assert [request.path.split("/")[-1] for request in server.log if "/api/" in request.path] == ["data"]
    assert len(server.log) == 1 + len([content for content in FILES.values() if content]) - answered
    server.log.clear()
    with hub(server, Journal(path)) as asked:
        assert audit(asked) == first
        assert (asked.requests, server.log) == (0, [])


def test_a_journal_that_was_tampered_with_is_asked_over(server: HubServer, tmp_path: Path) -> None:
    """It is a file: what stands in it is taken for what it should be only if it is."""
    path = tmp_path / "journal"
    with hub(server, Journal(str(path))) as asked:
        first = open_model(asked, "lab/small").read("README.md")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for wrong in (5, {"sha": 7}, None, "", "AAAA", {"a": 1}, [[1]], "eJwDAAAAAAE="):
        path.write_text("".join(json.dumps([key, wrong]) + "\n" for key, _ in lines))
        with hub(server, Journal(str(path))) as asked:
            assert open_model(asked, "lab/small").read("README.md") == first


# --- what the Hub says ----------------------------------------------------------------------------------------------


def test_facts(server: HubServer) -> None:
    tags = [
        "license:apache-2.0",
        "base_model:lab/base",
        "base_model:quantized:lab/base",
        "base_model:other/one",
        "dataset:lab/data",
        "arxiv:1",
    ]
    card = {"license": ["Apache-2.0", "mit"], "base_model": ["Lab/Base"], "datasets": ["lab/data", "c4"], "language": ["en"]}
    server.add(Repo("lab/facts", tags=tags, card=card))
    with hub(server) as asked:
        facts = open_model(asked, "lab/facts").facts
    assert facts.licenses == ("apache-2.0", "mit")
    assert facts.bases == (("Lab/Base", "quantized"), ("other/one", "unspecified"))
    assert facts.datasets == ("lab/data", "c4")
    assert facts.author == "lab"
    assert (facts.private, facts.disabled, facts.gated, facts.access) == (False, False, "", "open")
    assert facts.card["language"] == ["en"]


@pytest.mark.parametrize(
    ("gated", "card", "expected"),
    [
        (False, {}, ("", "open")),
        ("auto", {}, ("auto", "click-through")),
        ("auto", {"extra_gated_fields": {"Name": "text"}}, ("auto", "form")),
        ("manual", {}, ("manual", "approval")),
        (None, {}, (None, "unknown")),
        (True, {}, (None, "unknown")),
        ("rarely", {}, (None, "unknown")),
    ],
)
def test_gates(server: HubServer, gated: str | bool, card: dict[str, object], expected: tuple[object, ...]) -> None:
    server.add(Repo("lab/gate", FILES, gated=gated, card=card))
    with hub(server) as asked:
        model = open_model(asked, "lab/gate")
        assert (model.facts.gated, model.facts.access) == expected
        assert len(list(model.entries())) == len(FILES), "what is there is told in front of the gate"
        if gated:
            with pytest.raises(AuditError) as error:
                model.read("config.json")
            assert code_of(error) == "hub.gated"
    with hub(server, token=TOKEN) as asked:
        assert open_model(asked, "lab/gate").read("config.json") == FILES["config.json"]


def test_private_models_and_names_that_nobody_answers_to_look_alike(server: HubServer) -> None:
    server.add(Repo("lab/secret", FILES, private=True))
    with hub(server) as asked:
        for name in ("lab/secret", "lab/nothing"):
            with pytest.raises(AuditError) as error:
                open_model(asked, name)
            assert code_of(error) == "hub.not-found"
            assert error.value.problems[0].place.path == f"hf:{name}"
    with hub(server, token=TOKEN) as asked:
        assert open_model(asked, "lab/secret").facts.private is True


def test_data_sets(server: HubServer) -> None:
    server.add(Repo("lab/data", kind="datasets", tags=["license:odc-by", "license:mit"], gated="manual"))
    server.add(Repo("lab/hidden", kind="datasets", private=True))
    with hub(server) as asked:
        found = dataset(asked, "https://huggingface.co/datasets/lab/data")
        assert found.facts is not None
        assert (found.status, found.name, found.facts.licenses, found.facts.access) == (
            "answers",
            "lab/data",
            ("odc-by", "mit"),
            "approval",
        )
        assert found.address == f"{server.endpoint}/datasets/lab/data/tree/{found.facts.commit}"
        for name in ("lab/hidden", "lab/nothing", "The Pile", "https://huggingface.co/lab/data", "x" * 5000):
            lacking = dataset(asked, name)
            assert (lacking.status, lacking.facts) == ("no-answer", None)
            assert lacking.problem is not None
            assert lacking.problem.message
        server.misbehave("500")
        assert dataset(asked, "lab/other").status == "unclear"
        server.misbehave("gated")
        assert dataset(asked, "lab/other").status == "gated"


def test_the_chain_of_base_models(server: HubServer) -> None:
    made_from = {"top": ["a", "b"], "a": ["c"], "b": ["c", "gone"], "c": ["Top", "a"]}
    for name, bases in made_from.items():
        server.add(Repo(f"lab/{name}", tags=[f"base_model:merge:lab/{base}" for base in bases]))
    with hub(server) as asked:
        top = open_model(asked, "lab/top")
        steps = list(chain(asked, top.name, top.facts.bases))
    seen = [(step.depth, step.name, step.above, step.again, step.cycle) for step in steps]
    assert seen == [
        (1, "lab/a", "lab/top", False, False),
        (1, "lab/b", "lab/top", False, False),
        (2, "lab/c", "lab/a", False, False),
        (2, "lab/c", "lab/b", True, False),
        (2, "lab/gone", "lab/b", False, False),
        (3, "lab/Top", "lab/c", True, True),
        (3, "lab/a", "lab/c", True, True),
    ]
    assert {step.relation for step in steps} == {"merge"}
    assert [type(step.found) for step in steps].count(Problem) == 2
    assert all(isinstance(step.found, HubModel) for step in steps[:4])
    assert len(server.log) == 5, "each is asked for once"


def test_a_chain_without_end_is_cut(server: HubServer) -> None:
    for number in range(40):
        server.add(Repo(f"lab/m{number}", tags=[f"base_model:lab/m{number + 1}"]))
    with hub(server) as asked:
        model = open_model(asked, "lab/m0")
        deep = list(chain(asked, model.name, model.facts.bases))
        assert (len(deep), deep[-1].found) == (21, Problem("hub.chain-deep", {"limit": "20"}))
        long = list(chain(asked, model.name, model.facts.bases, number=5))
        assert (len(long), long[-1].found) == (6, Problem("hub.chain-long", {"limit": "5"}))
