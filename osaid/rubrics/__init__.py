"""Rubrics: frameworks as data, and the one engine that judges by them."""
