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

# The licences of what is linked in, as NOTICE.md lists them.
cp LICENSE python/LICENSE
rm -rf python/licenses
mkdir python/licenses
take() {
  for text in "$2" "${3:-}"; do
    if [ -n "$text" ] && [ -e "$text" ]; then
      cp "$text" "python/licenses/$1.txt"
      return
    fi
  done
  echo "There is no licence text of $1 at $2: add it to python/licenses before you publish the wheel." >&2
}
toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")")
take swift "$toolchain/share/swift/LICENSE.txt"
take libsodium /usr/share/doc/libsodium-dev/copyright /usr/share/doc/libsodium23/copyright
take icu "$(ls /usr/share/doc/libicu*/copyright 2>/dev/null | head -1)"
take swift-protobuf .build/library/checkouts/swift-protobuf/LICENSE.txt
take swift-numerics .build/library/checkouts/swift-numerics/LICENSE.txt

# Everything that is needed is in the environment: nothing is fetched for the build.
"$python" -m build --wheel --no-isolation --outdir python/build/wheel python >python/build.log 2>&1 \
  || { cat python/build.log >&2; exit 1; }
rm python/build.log
# Names the oldest glibc that will do, and takes in libraries that not every Linux has.
PATH="$(dirname "$python"):$PATH" "$python" -m auditwheel repair --wheel-dir python/dist python/build/wheel/*.whl
rm -rf python/build

# A source distribution says at once that it has no library.
"$python" -m build --sdist --no-isolation --outdir python/build python >/dev/null 2>&1
source=$(ls python/build/*.tar.gz)
if "$python" -m pip install --quiet --no-deps --no-build-isolation --target python/build/none "$source" \
  >python/build/said 2>&1 || ! grep -q "run \`make wheel\`" python/build/said; then
  cat python/build/said >&2
  echo "The source distribution does not say why it cannot be installed." >&2
  exit 1
fi
rm -rf python/build python/src/*.egg-info

# As a newcomer would.
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
"$python" -m venv "$trial/environment"
"$trial/environment/bin/python" -m pip install --quiet --disable-pip-version-check python/dist/*.whl
cp python/README.md Scripts/try-wheel.py "$trial/"
(cd "$trial" && env -u PYTHONPATH -u SECAGG_LIBRARY environment/bin/python try-wheel.py)
