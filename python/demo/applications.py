"""The example, and the same without the lines that secure aggregation takes."""

import shutil
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "digits"

SECURED = {
    "client_app.py": {
        "from secagg.flower import register\n": "",
        "register(app)\n": "",
    },
    "server_app.py": {
        "from secagg.flower import SecAggGrid\n": "",
        "from .settings import secagg_settings\n": "",
        "grid=SecAggGrid(grid, strategy, secagg_settings(run))": "grid=grid",
    },
}
"""The three lines and what imports them."""


def secured_application(folder: Path) -> Path:
    """A copy, since Flower writes into the folder of an app."""
    copy = folder / "digits-secured"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def plain_application(folder: Path) -> Path:
    copy = folder / "digits-plain"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, lines in SECURED.items():
        path = copy / "digits" / name
        text = path.read_text()
        for secured, plain in lines.items():
            if text.count(secured) != 1:
                raise ValueError(f"{name}: expected the line {secured!r} once")
            text = text.replace(secured, plain)
        path.write_text(text)
    return copy
