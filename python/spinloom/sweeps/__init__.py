"""Trials of a sweep: one interpreter imports the flow, and each trial is a process forked from it.

Which trials there are, and what became of them, is the native part's (`spinloom sweep`), which starts these programs and talks
to them in lines of JSON.
"""
