"""A warm Python: an interpreter that has loaded what a project's flows import, and forks a process for each command line.

The native part decides which modules and whether it fits; see `docs/design/0004-warm-spin.md`.
"""
