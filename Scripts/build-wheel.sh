#!/bin/sh
# Builds the Python package's wheel into python/dist, with libsecagg and what it needs inside, and tries
# it in an environment of its own. The Python to use is the first argument; it has what
# python/requirements.txt names.
set -eu
cd "$(dirname "$0")/.."

python=$1
binding=python/src/secagg/binding
rm -rf python/build python/dist "$binding"/libsecagg.* python/src/*.egg-info
cp -L .build/secagg/lib/libsecagg.so.? "$binding/"
sed -n 's/^Version: //p' .build/secagg/lib/pkgconfig/secagg.pc >python/VERSION

# Everything that is needed is in the environment: nothing is fetched for the build.
"$python" -m build --wheel --no-isolation --outdir python/build/wheel python >python/build.log 2>&1 \
  || { cat python/build.log >&2; exit 1; }
rm python/build.log
# Names the oldest glibc that will do, and takes in libraries that not every Linux has.
PATH="$(dirname "$python"):$PATH" "$python" -m auditwheel repair --wheel-dir python/dist python/build/wheel/*.whl
rm -rf python/build

# As a newcomer would.
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
"$python" -m venv "$trial/environment"
"$trial/environment/bin/python" -m pip install --quiet --disable-pip-version-check python/dist/*.whl
cp python/README.md Scripts/try-wheel.py "$trial/"
(cd "$trial" && env -u PYTHONPATH -u SECAGG_LIBRARY environment/bin/python try-wheel.py)
