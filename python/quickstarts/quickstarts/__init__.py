"""The models of Flower's quickstarts on handwritten digits.

The environment variable QUICKSTARTS names what a round is: plain or secured."""

import os

SECURED = os.environ.get("QUICKSTARTS", "plain") == "secured"
