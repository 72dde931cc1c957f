"""A small Hub for tests of whole audits: a model in shards with data sets, base models up a chain of three, gates of all kinds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_repos import APACHE, readme
from hub_server import HubServer, Repo, Sparse
from support import Ran, run
from weight_files import safetensors_head

__all__ = ["CHILD", "DAY", "audit", "data_of", "files", "hub_environment", "populate", "server", "steady"]

DAY = "2026-01-31"
CHILD = "hf:lab/child"
_SHARD = {"model.embed_tokens.weight": ("BF16", [50_000, 20_000])}
_OTHER = {"lm_head.weight": ("BF16", [50_000, 20_000])}


def _weights(tensors: dict[str, tuple[str, list[int]]]) -> Sparse:
    head, size = safetensors_head(tensors)
    return Sparse(head, len(head) + size)


def _model(name: str, *front: str, **more: object) -> Repo:
    files: dict[str, bytes | Sparse] = {
        "README.md": readme(name.rpartition("/")[2].title(), *front).encode(),
        "config.json": b'{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}',
        "model.safetensors": _weights(_SHARD),
    }
    return Repo(name, files, **more)  # type: ignore[arg-type]


def populate(server: HubServer) -> None:
    """Fill a server."""
    names = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
    shards = dict(zip(names, (_SHARD, _OTHER), strict=True))
    index = {
        "metadata": {"total_size": 4_000_000_000},
        "weight_map": {tensor: name for name, held in shards.items() for tensor in held},
    }
    front = (
        "license: apache-2.0",
        "base_model: lab/parent",
        "base_model_relation: finetune",
        "datasets: [lab/corpus, lab/secret, lab/nowhere]",
    )
    child = _model("lab/child", *front)
    files = {
        **{path: content for path, content in child.files.items() if path != "model.safetensors"},
        **{name: _weights(held) for name, held in shards.items()},
        "model.safetensors.index.json": json.dumps(index).encode(),
        "tokenizer.json": b'{"version": "1.0", "model": {"type": "BPE"}}',
        "LICENSE": APACHE.encode(),
    }
    server.add(Repo("lab/child", files))
    server.add(_model("lab/parent", "license: apache-2.0", "base_model: lab/grand", tags=["license:apache-2.0", "base_model:lab/grand"]))
    tags = ["license:cc-by-nc-4.0", "base_model:lab/root", "base_model:finetune:lab/root"]
    server.add(_model("lab/grand", "license: cc-by-nc-4.0", "base_model: lab/root", tags=tags, gated="manual"))
    server.add(_model("lab/root", "license: openrail", tags=["license:openrail"]))
    server.add(Repo("lab/corpus", {}, kind="datasets", tags=["license:cc-by-4.0"], card={"license": "cc-by-4.0"}))
    server.add(Repo("lab/secret", {}, kind="datasets", gated="manual"))
    for name, gated, card in (("manual", "manual", {}), ("click", "auto", {}), ("form", "auto", {"extra_gated_fields": {"Name": "text"}})):
        server.add(_model(f"lab/{name}", "license: mit", gated=gated, card=card, tags=["license:mit"]))
    server.add(_model("lab/private", "license: mit", private=True))
    server.add(_model("lab/disabled", "license: mit", disabled=True))


def hub_environment(server: HubServer, home: Path, **more: str) -> dict[str, str]:
    """The environment of a run that asks a server, with an empty home and no token. Names of the user's own settings are taken out."""
    taken = {name: "" for name in os.environ if name.startswith("HUGGING") or "proxy" in name.lower()}
    return {
        **taken,
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "HF_ENDPOINT": server.endpoint,
        "HF_TOKEN": "",
        "HF_HUB_OFFLINE": "0",
        **more,
    }


def audit(server: HubServer, home: Path, *arguments: str | Path, **more: str) -> Ran:
    """Run an audit on a fixed day against a server."""
    return run("audit", "--date", DAY, *arguments, cwd=home, env=hub_environment(server, home, **more))


def steady(server: HubServer, text: str) -> str:
    """An output without the port of the server."""
    return text.replace(server.endpoint, "https://hub.example.org")


@pytest.fixture
def server() -> Iterator[HubServer]:
    """A server with all of this."""
    with HubServer() as server:
        populate(server)
        yield server


def data_of(text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    return data


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
