"""A second implementation of the protocol, from `Docs/Specification.md` and `Protos/` alone.

For tests, not for use with real data: Python computes in variable time and cannot wipe memory.
The sections that docstrings name are those of the specification."""
