"""Prints a million lines: the program of `flows/many_lines.py` without a workflow system round it."""

for i in range(1_000_000):
    print("line", i)
