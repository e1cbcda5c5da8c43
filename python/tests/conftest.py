"""The pure-Python implementation of `Interoperability/` takes part in the tests."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Interoperability"))
sys.path.insert(0, str(Path(__file__).parent))
