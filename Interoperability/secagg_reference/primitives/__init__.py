"""The primitives, from `cryptography`, and here what that lacks."""
