"""What many tests begin with."""

import pytest

from .rounds import averaging, session


@pytest.fixture
def settings():
    return averaging()


@pytest.fixture
def parameters(settings):
    return session(settings)
