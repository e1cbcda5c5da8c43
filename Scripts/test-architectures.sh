#!/bin/sh
# Builds Tests/CrossArchitecture with the kernels for this machine and, where Debian's cross compilers
# can be had, for 64-bit ARM (the NEON and AES kernels) and for s390x (big-endian); runs the foreign
# ones under QEMU, and on x86-64 also as processors without AVX-512 and without AES. Ends with the
# number of checks that passed; fails if one failed.
set -eu
cd "$(dirname "$0")/.."

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# check NAME COMMAND-TO-RUN COMPILER FLAGS...
check() {
  name=$1 run=$2
  shift 2
  echo "== $name"
  "$@" -O2 -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -ISources/CMaskKernels/include \
    -ISources/CVectorKernels/include Sources/CMaskKernels/*.c Sources/CMaskKernels/*/*.c \
    Sources/CVectorKernels/*.c Tests/CrossArchitecture/*.c -pthread -lm -o "$build/$name"
  $run "$build/$name" >"$build/$name.log" || {
    cat "$build/$name.log"
    echo "FAILED on $name" >&2
    exit 1
  }
  cat "$build/$name.log"
  architectures="$architectures $name"
}

architectures=
compiler=${CC:-clang}
check "$(uname -m)" "" "$compiler"

if command -v apt-get >/dev/null 2>&1; then
  missing=
  for tool in aarch64-linux-gnu-gcc s390x-linux-gnu-gcc qemu-aarch64-static qemu-s390x-static \
    qemu-x86_64-static; do
    command -v "$tool" >/dev/null 2>&1 || missing=yes
  done
  if [ -n "$missing" ]; then
    ./Scripts/install-packages.sh qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
      gcc-s390x-linux-gnu libc6-dev-s390x-cross
  fi
  check aarch64 qemu-aarch64-static aarch64-linux-gnu-gcc -static
  if [ "$(uname -m)" = x86_64 ]; then
    # QEMU 7.2 computes VAES on 256 bits wrongly; processors do not.
    check x86_64-avx2 "qemu-x86_64-static -cpu max,-vaes" "$compiler"
    check x86_64-sse "qemu-x86_64-static -cpu Nehalem" "$compiler"
  fi
  check s390x qemu-s390x-static s390x-linux-gnu-gcc -static
else
  echo "SKIPPED: ARM and big-endian runs need apt's cross compilers and QEMU; only this machine was checked."
fi

passed=$(awk '$1 == "kernels:" { sum += $2 } END { print sum }' "$build"/*.log)
echo "All $passed checks passed on:$architectures"
