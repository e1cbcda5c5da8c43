"""Lengths and counts that parsing checks (section 13)."""

from typing import Final

VERSION: Final = 1
LARGEST_MESSAGE: Final = 2**31 - 2
LARGEST_PARAMETERS: Final = 4096
LARGEST_LIST: Final = 2**20
LARGEST_ID_SET: Final = 2**17
LARGEST_PATH: Final = 640
SEALED_BYTES: Final = 152
