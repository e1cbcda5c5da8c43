"""Federated averaging on handwritten digits, with secure aggregation."""
