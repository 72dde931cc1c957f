"""``python -m osaid``."""

from .cli import main

main()
