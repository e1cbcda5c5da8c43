#!/bin/sh
# Installs the Debian packages that are named: tries again where a mirror fails for a moment, and waits
# for another installation on the same machine to end.
set -eu

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "Installing $* needs root. Run: apt-get install $*" >&2
    exit 1
  fi
  as_root="sudo"
fi

patient="-o Acquire::Retries=5 -o DPkg::Lock::Timeout=600"
echo "Installing $* (apt) ..."
# shellcheck disable=SC2086
$as_root apt-get $patient update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get $patient install -y -qq "$@" >/dev/null
