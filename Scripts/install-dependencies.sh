#!/bin/sh
# Makes sure that a Swift toolchain is there, and libsodium where pkg-config finds it.
# Installs libsodium with apt or brew; elsewhere it says what to do.
set -eu

if ! command -v "${SWIFT:-swift}" >/dev/null 2>&1; then
  echo "Swift 6.3 or later is needed: install it from https://www.swift.org/install and try again." >&2
  exit 1
fi

if command -v pkg-config >/dev/null 2>&1 && pkg-config --exists libsodium; then
  exit 0
fi

if command -v apt-get >/dev/null 2>&1; then
  "$(dirname "$0")/install-packages.sh" libsodium-dev pkg-config
elif command -v brew >/dev/null 2>&1; then
  echo "Installing libsodium (brew) ..."
  brew install libsodium pkg-config
else
  echo "libsodium is missing: install its development package and pkg-config, so that" >&2
  echo "'pkg-config --exists libsodium' succeeds, and try again." >&2
  exit 1
fi

pkg-config --exists libsodium || {
  echo "libsodium was installed, but pkg-config does not find it; check PKG_CONFIG_PATH." >&2
  exit 1
}
