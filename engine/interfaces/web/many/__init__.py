"""Many cases in the page: files in, their columns recognised, decided in a process beside the server, looked through.

A job is a folder (`jobs.py`) whose `out` a batch writes (`deciding.py`, a process of its own), so that stopping,
going on and asking why are the batch's own. Imports nothing: the process imports only what it needs.
"""
