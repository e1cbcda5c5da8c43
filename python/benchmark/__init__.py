"""`make bench-flower`: Flower's own SecAgg+ and this package, side by side."""
