"""Writes how wide the letters of badges are, from a font: ``python tools/widths.py DejaVuSans.ttf`` (needs fontTools).

Browsers draw badges in Verdana where they have it, else in DejaVu Sans, which is drawn after it and whose widths are free to measure.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "osaid" / "reports" / "widths.json"
BLOCKS = ((0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x20A0, 0x20BF))
DEFAULT = 620


def main() -> None:
    """Measure and write."""
    font = TTFont(sys.argv[1])
    em, names, advance = font["head"].unitsPerEm, font.getBestCmap(), font["hmtx"]
    blocks = {
        str(first): [round(1000 * advance[names[code]][0] / em) if code in names else DEFAULT for code in range(first, last + 1)]
        for first, last in BLOCKS
    }
    source = f"advance widths of {font['name'].getDebugName(4)}, {font['name'].getDebugName(5)}, in 1/1000 of the font size"
    data = {"source": source, "default": DEFAULT, "blocks": blocks}
    TARGET.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
