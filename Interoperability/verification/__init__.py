"""The checks of the test vectors, for `verify_vectors.py`."""
