"""`make flower-demo`: the digits example on a real Flower, with and without secure aggregation."""
