"""What many tests begin with."""

import pytest

from .rounds import fedavg, session


@pytest.fixture
def settings():
    return fedavg()


@pytest.fixture
def parameters(settings):
    return session(settings)
