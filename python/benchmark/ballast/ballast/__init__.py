"""A model of any size that is moved, but not trained.

The environment variable BALLAST names what a round is: plain, secured, or secaggplus."""

import os

VARIANT = os.environ.get("BALLAST", "plain")
