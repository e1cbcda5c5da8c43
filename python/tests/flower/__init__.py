"""Tests of the Flower plug-in."""
