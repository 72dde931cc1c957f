"""Licences: what terms grant."""
