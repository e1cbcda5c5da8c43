"""Tests of the Python face of the library."""
