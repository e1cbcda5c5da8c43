"""The wheel carries a shared library: one for each platform, and for every Python 3."""

import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel

BINDING = Path(__file__).parent / "src" / "secagg" / "binding"


class PlatformWheel(bdist_wheel):
    def run(self) -> None:
        if not list(BINDING.glob("libsecagg.*")):
            sys.exit(
                "secagg: expected the library libsecagg in src/secagg/binding, found none. A source"
                " distribution has no Swift sources to build it from. Install a wheel, or run"
                " `make wheel` in a checkout of the repository, on Linux with Swift 6.3 or newer"
            )
        super().run()

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class WithLibrary(Distribution):
    def has_ext_modules(self) -> bool:
        return True


setup(cmdclass={"bdist_wheel": PlatformWheel}, distclass=WithLibrary)
