"""From the files of one or several sources to a card with evidence for every claim, and to what is doubtful.

Files claim presence, and no more: what is absent is unknown, because it can be somewhere else. Code and most documents are claimed
as ``some``: that they are there is seen, and that they are all it takes is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..cards.findings import Finding
from ..cards.importers.common import MOST_DATASETS, identifier
from ..cards.reader import LoadedCard, as_it_stands
from ..errors import Place, Problem
from ..licenses.expression import terms as judged
from ..messages import sentence
from .bases import claim_bases
from .claims import Claims
from .draft import Draft
from .folder import Folder
from .kinds import Inventory, take_stock
from .parameters import Weights, read_weights
from .readme import Readme, read_readme
from .source import AuditError, Entry, Gate, Said, Source, Speaks, Tick
from .terms import LicenseFile, Statement, Terms, names_nothing_else

__all__ = ["Audit", "Gathered", "gather"]

_MOST_LICENSE_FILES = 200
_MOST_LICENSE_BYTES, _MOST_OF_ONE = 2 << 20, 400_000  # of all, and of one of them at most that many count
_MOST_READMES = 20
_HUB = "https://huggingface.co/"


class Gathered(NamedTuple):
    """What one source showed."""

    source: Source
    inventory: Inventory
    readme: Readme | None
    licenses: tuple[LicenseFile, ...]
    statements: tuple[Statement, ...]
    weights: tuple[Weights, ...]
    skipped: tuple[tuple[Problem, int], ...]


class Audit(NamedTuple):
    """A card made from facts, what is doubtful, and what each source showed."""

    card: LoadedCard
    findings: tuple[Finding, ...]
    sources: tuple[Gathered, ...]


def gather(
    sources: Sequence[Source], day: str, tick: Tick = lambda path, size: None, *, headers: bool = True, digests: bool = False
) -> Audit:
    """Gather the facts of a model from its sources, of which the first names it. ``day`` (YYYY-MM-DD) is that of the audit.

    ``headers``: those of weights are read; ``digests``: and of a folder all of them, for their digests. ``tick`` is told of progress.
    Raises AuditError if a source cannot be read at all.
    """
    draft = Draft(_model(sources[0]), day)
    gathered = tuple(_gather(source, draft, tick, headers, digests) for source in sources)
    if not any(item.inventory.files for item in gathered):
        empty = [Problem("audit.empty", {}, Place(source.name)) for source in sources]
        raise AuditError([*empty, *(problem for item in gathered for problem, _ in item.skipped)])
    draft.notes.append(sentence("audit.note-presence", {"names": ", ".join(source.name for source in sources)[:1000]}))
    return Audit(as_it_stands(draft.data()), tuple(draft.findings), gathered)


def _texts(source: Source, inventory: Inventory, terms: Terms, draft: Draft, tick: Tick) -> None:
    """Read the files that hold terms, as many as can be read soon."""
    left = _MOST_LICENSE_BYTES
    for role in ("license", "use_policy", "notice"):
        held = inventory.kinds[role]
        unread = held.files - len(held.first)
        for number, entry in enumerate(held.first):
            if number < _MOST_LICENSE_FILES and left > 0:
                tick(entry.path, 0)
                terms.read(source, entry.path, role)
                left -= min(entry.size, _MOST_OF_ONE)
            else:
                unread += 1
                if role != "notice":  # a notice stands in for no licence
                    terms.pass_over(source, entry.path)
        if unread:
            params = {"kind": role, "count": str(held.files), "left": str(unread)}
            draft.problem("warning", Problem("stock.not-looked-at", params, Place(held.first[-1].path)))
    terms.sort_out()


def _model(source: Source) -> dict[str, Any]:
    name = source.name.rpartition("/")[2]
    model: dict[str, Any] = {"id": identifier(name), "name": name}
    if source.origin.revision:
        model["version"] = sentence("audit.commit", {"revision": source.origin.revision})
    return model


def _gather(source: Source, draft: Draft, tick: Tick, headers: bool, digests: bool) -> Gathered:
    inventory = take_stock(source, tick)
    of = {kind: held.first for kind, held in inventory.kinds.items()}
    _links(source, draft)
    terms = Terms(draft)
    first = next((entry.path for entry in (*of["readme"][:1], *of["model_card"][:1]) if "/" not in entry.path), None)
    readme = read_readme(source, first, draft) if first is not None else None
    _texts(source, inventory, terms, draft, tick)
    entries = [*of["weights"], *of["adapter_weights"]]
    if digests and isinstance(source, Folder):
        entries = [_with_digest(source, entry, draft, tick) for entry in entries]
    unseen = inventory.kinds["weights"].files - len(of["weights"])
    weights = read_weights(source, entries, of["weights_index"] if headers else (), draft, tick, headers, bool(unseen))
    said = source.said(draft, _named_datasets(readme)) if isinstance(source, Speaks) else Said()
    _declared(source, readme, weights, said, terms, draft)
    _declared_below(source, of["readme"], weights, terms, draft)
    for name, relation, evidence in said.bases:
        draft.base(name, relation, evidence)
    claim_bases(source, readme, of["adapter_config"], of["merge_config"], weights, draft)
    claims = Claims(source, draft, terms, said.gate or _gate(source, readme, draft))
    claims.weights(weights, of["adapter_weights"], unseen)
    claims.files(inventory, tick)
    if readme is not None:
        claims.readme(
            readme,
            of_model=bool(
                weights
                or of["adapter_config"]
                or readme.front
                or readme.path in {entry.path for entry in of["model_card"]}
                or any("/" not in entry.path for entry in of["config"])
            ),
        )
        _restricting_words(readme, draft)
    _datasets(source, readme, said, draft)
    claims.terms()
    return Gathered(source, inventory, readme, tuple(terms.files), tuple(terms.statements), weights, tuple(source.skipped))


def _with_digest(folder: Folder, entry: Entry, draft: Draft, tick: Tick) -> Entry:
    """An entry with its digest; without one where the file cannot be read, or changes meanwhile."""
    if entry.pointer:
        return entry
    try:
        return entry._replace(sha256=folder.digest(entry.path, tick))
    except AuditError as error:
        draft.trouble(error)
        return entry


def _links(source: Source, draft: Draft) -> None:
    """Where the model is at home, as far as the source itself shows that."""
    origin = source.origin
    links = draft.model.setdefault("links", {})
    if origin.hub:
        links.setdefault("huggingface", _HUB + origin.hub)
    if origin.repository.startswith(("https://", "http://")):
        links.setdefault("repository", origin.repository)
    if not links:
        del draft.model["links"]


def _gate(source: Source, readme: Readme | None, draft: Draft) -> Gate | None:
    """The gate that front matter speaks of."""
    if readme is None or readme.card.get("components", {}).get("weights", {}).get("release") != "gated":
        return None
    return Gate(("parameters",), readme.evidence(source, draft, "gated"))


def _declared(source: Source, readme: Readme | None, weights: Sequence[Weights], said: Said, terms: Terms, draft: Draft) -> None:
    """Take the terms that front matter, the host and headers of weights declare."""
    stated = readme.card.get("licenses", {}).get("parameters") if readme is not None else None
    if readme is not None and stated is not None:
        _front_terms(source, readme, stated["license"], terms, draft)
    for license, evidence in said.licenses:
        if stated is None or not names_nothing_else(license, stated["license"]):
            terms.declare(license, evidence, source.name)
    for group in weights:
        for key, license in group.metadata.items():
            if key.rpartition(".")[2].lower() == "license" and license.strip():
                path = group.paths[0]
                says = sentence("audit.says-header", {"license": license[:200], "key": key})
                evidence = draft.evidence(f"{path}#{key}", source.address(path), locator=sentence("audit.header"), says=says)
                terms.declare(license.strip()[:500], evidence, path, ("parameters",))


def _front_terms(source: Source, readme: Readme, license: str, terms: Terms, draft: Draft, folder: str = "") -> None:
    """Take the terms that front matter declares. Beside the license "other" it is its name that says which."""
    named = str(readme.front.get("license")).strip().lower() == "other" and readme.front.get("license_name")
    key = "license_name" if named else "license"
    line = readme.document.place((key,), key=True).line
    terms.declare(license, readme.evidence(source, draft, key), f"{readme.path}:{line or 1}", folder=folder)


def _declared_below(source: Source, readmes: Sequence[Entry], weights: Sequence[Weights], terms: Terms, draft: Draft) -> None:
    """Take the terms that READMEs beside weights in folders below declare: for their folder."""
    folders = {group.folder for group in weights} - {""}
    for entry in [entry for entry in readmes if entry.path.rpartition("/")[0] in folders][:_MOST_READMES]:
        below = read_readme(source, entry.path, draft)
        stated = below.card.get("licenses", {}).get("parameters") if below is not None else None
        if below is not None and stated is not None:
            _front_terms(source, below, stated["license"], terms, draft, below.path.rpartition("/")[0])


def _named_datasets(readme: Readme | None) -> list[str]:
    """The data sets that the front matter names."""
    stages = readme.card.get("training_data", {}) if readme is not None else {}
    return [item["name"] for item in stages.get("training", {}).get("datasets", ())]


def _datasets(source: Source, readme: Readme | None, said: Said, draft: Draft) -> None:
    """The data sets that the front matter or the host names, with what the host says of them."""
    stages = readme.card.get("training_data", {}) if readme is not None else {}
    for item in stages.get("training", {}).get("datasets", ())[:MOST_DATASETS]:
        known = said.datasets.get(item["name"], {})
        shown = [readme.evidence(source, draft, "datasets")] if readme is not None else []
        draft.datasets.setdefault(item["name"], {**item, **known, "evidence": [*shown, *known.get("evidence", ())]})
    for name, known in said.datasets.items():
        draft.datasets.setdefault(name, {"name": name, **known})


def _restricting_words(readme: Readme, draft: Draft) -> None:
    """A README that speaks of a limit beside terms for the weights that know none."""
    license = draft.components.get("weights", {}).get("license", "")
    note = readme.restricting
    if note is not None and license and judged(license).free == "yes":
        draft.find("warning", "audit.restricting-words", readme.path, note.line, license=license, text=note.params["what"])
    known = {leaf.license.id for leaf in judged(license).leaves if leaf.license is not None} if license else set()
    for line, found in readme.named_terms():
        if known and found not in known:
            draft.find("warning", "audit.readme-names", readme.path, line, license=license, found=found)
