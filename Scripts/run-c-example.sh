#!/bin/sh
# Builds Examples/c against .build/secagg with every warning an error, as C and the header as C++ too, and
# runs it plain, under valgrind (no errors, no leaks), and with the address and undefined-behaviour
# sanitizers; then measures what calls cost. Installs valgrind with apt where it is missing.
set -eu
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null 2>&1; then
  ./Scripts/install-packages.sh valgrind libc6-dbg
fi

PKG_CONFIG_PATH=$PWD/.build/secagg/lib/pkgconfig
export PKG_CONFIG_PATH
library=$PWD/.build/secagg/lib
build=.build/example-c
mkdir -p "$build"
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"

# compile SOURCE NAME FLAGS...
compile() {
  source=$1 name=$2
  shift 2
  # shellcheck disable=SC2046,SC2086
  "${CC:-cc}" -std=c11 -g $warnings "$@" $(pkg-config --cflags secagg) "Examples/c/$source.c" \
    $(pkg-config --libs secagg) "-Wl,-rpath,$library" -lm -o "$build/$name"
}

# In C++ what the macros become is the program's own, with the program's warnings.
if command -v "${CXX:-c++}" >/dev/null 2>&1; then
  # shellcheck disable=SC2046,SC2086
  "${CXX:-c++}" -std=c++17 $warnings -Wold-style-cast $(pkg-config --cflags secagg) \
    -fsyntax-only Examples/c/initial_values.cpp
fi

echo "== plain"
compile aggregate plain -O2
"$build/plain"

echo "== valgrind"
compile aggregate checked -O1
valgrind --quiet --error-exitcode=1 --leak-check=full \
  --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect "$build/checked"

echo "== address and undefined-behaviour sanitizers"
compile aggregate sanitized -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
"$build/sanitized"

echo "== cost, of a million parameters"
compile cost cost -O2
"$build/cost"
