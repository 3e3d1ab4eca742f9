"""Draws with letters."""
