"""Whether the addresses of a card still answer.

Only http and https, only public addresses (unless private ones are allowed), a little at a time, within bounds. Nothing here runs
unless it is asked for.

* ``answers.py``: what is asked, what comes back, and how it gets into a card;
* ``run.py``: many addresses: hosts side by side, one request at a time for each, what was asked lately left out;
* ``asking.py``: one address: HEAD and GET, redirects, tries, and what the status means;
* ``vetting.py``: what may be connected to;
* ``wire.py``: one request on a connection, bounded in bytes and time.
"""

from __future__ import annotations

from .answers import Answer, Bounds, addresses, record
from .run import check

__all__ = ["Answer", "Bounds", "addresses", "check", "record"]
