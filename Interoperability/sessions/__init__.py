"""Sessions in which both implementations take part."""
