"""What a source says it was made from: front matter, adapter and merge settings, headers of weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import document
from ..cards.importers.hub_names import is_name, of_address
from ..errors import OsaidError, Place, Problem
from ..messages import sentence
from .draft import Draft
from .parameters import Weights
from .readme import Readme
from .source import AuditError, Entry, Source

__all__ = ["claim_bases", "settings"]

_MOST_SETTINGS = 256 << 10
_MOST_OF_THEM = 1 << 20  # bytes of all files of a kind together
_MOST_MERGED = 200
_MOST_BASES_IN_A_HEADER = 20


def settings(source: Source, entry: Entry, draft: Draft) -> Mapping[str, Any]:
    """A small JSON or YAML file with settings; empty if it is none, with a finding."""
    try:
        raw = source.read(entry.path, 0, _MOST_SETTINGS + 1)
        data = document.parse(raw, path=entry.path, limits=document.Limits(bytes=_MOST_SETTINGS)).data
    except OsaidError as error:
        draft.trouble(error if isinstance(error, AuditError) else AuditError(error.problems[:1]))
        return {}
    return data if isinstance(data, dict) else {}


def claim_bases(
    source: Source, readme: Readme | None, adapters: Sequence[Entry], merges: Sequence[Entry], weights: Sequence[Weights], draft: Draft
) -> None:
    """Claim every base model that the source names, with how the model was made from it where that is said."""
    if readme is not None:
        for base in readme.card["model"].get("derived_from", ()):
            draft.base(base["model"], base["relation"], readme.evidence(source, draft, "base_model"))
    for entry in _not_too_many(adapters, "adapter_config", draft):
        name = settings(source, entry, draft).get("base_model_name_or_path")
        _claim(source, draft, entry.path, "base_model_name_or_path", name, "adapter")
    for entry in _not_too_many(merges, "merge_config", draft):
        for name in _merged(settings(source, entry, draft)):
            _claim(source, draft, entry.path, "models", name, "merge")
    for group in weights:
        for key, name in _in_header(group.metadata):
            _claim(source, draft, group.paths[0], key, name, "unspecified")


def _not_too_many(entries: Sequence[Entry], kind: str, draft: Draft) -> Iterator[Entry]:
    """Files with settings, as many as can be read soon. That there are more is told."""
    size = 0
    for number, entry in enumerate(entries):
        size += entry.size
        if size > _MOST_OF_THEM and number:
            params = {"kind": kind, "count": str(len(entries)), "left": str(len(entries) - number)}
            draft.problem("note", Problem("stock.not-looked-at", params, Place(entry.path)))
            return
        yield entry


def _claim(source: Source, draft: Draft, path: str, key: str, name: Any, relation: str) -> None:
    if not isinstance(name, str) or not name.strip():
        return
    model = of_address(name.strip()) or name.strip()
    if not is_name(model) or "/" not in model:
        draft.find("warning", "audit.base-unreadable", path, key=key, base=name)
        return
    says = sentence("audit.says-base", {"key": key, "base": model})
    draft.base(model, relation, draft.evidence(f"{path}#{key}", source.address(path), locator=key, says=says))


def _merged(data: Mapping[str, Any]) -> Iterator[str]:
    """The models that a merge was made of, as mergekit writes them: in lists of models and slices, at any depth within reason."""
    waiting: list[Any] = [data]
    seen: dict[str, None] = {}
    while waiting and len(seen) < _MOST_MERGED:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            model = item.get("model", item.get("base_model"))
            for name in (model, item.get("base_model")):
                if isinstance(name, str):
                    seen[name.partition("@")[0].partition("+")[0]] = None
            waiting.extend(value for value in item.values() if isinstance(value, (list, dict)))
    yield from sorted(seen)


def _in_header(metadata: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The base models that a header of weights names (GGUF: ``general.base_model.N``)."""
    for number in range(_MOST_BASES_IN_A_HEADER):
        stem = f"general.base_model.{number}"
        if address := metadata.get(f"{stem}.repo_url"):
            yield f"{stem}.repo_url", address
        elif (owner := metadata.get(f"{stem}.organization")) and (name := metadata.get(f"{stem}.name")):
            yield f"{stem}.name", f"{owner}/{name}".replace(" ", "-")
