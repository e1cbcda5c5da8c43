"""The lines that documents show are those of the example."""

import re

import pytest
from conftest import REPOSITORY

EXAMPLE = REPOSITORY / "python/examples/digits/digits"


@pytest.mark.parametrize("document", ["README.md", "Docs/Flower.md", "python/README.md"])
def test_three_lines(document):
    text = (REPOSITORY / document).read_text()
    client, server = ((EXAMPLE / f"{n}_app.py").read_text() for n in ("client", "server"))
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    lines = [line.split("#")[0].strip() for line in blocks.splitlines() if line.strip()]
    for line in ("app = ClientApp(mods=[secagg_mod])", "register(app)"):
        assert line in lines
        assert f"\n{line}\n" in client
    [third] = [line for line in lines if "SecAggGrid(" in line]
    assert third.startswith("strategy.start(grid=SecAggGrid(grid)")
    assert "grid=SecAggGrid(grid, " in server
