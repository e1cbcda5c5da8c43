#!/bin/sh
# Runs the client's code under valgrind with its secrets marked undefined, and looks for what is left of
# secrets in memory: see Docs/Security.md.
# Installs valgrind with apt where it is missing.
set -eu
cd "$(dirname "$0")/../SideChannels"

if [ ! -e /usr/include/valgrind/memcheck.h ] || ! command -v valgrind >/dev/null 2>&1; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "valgrind and its headers are needed: install them and try again." >&2
    exit 1
  fi
  ../Scripts/install-packages.sh valgrind libc6-dbg
fi

# Optimised, as it is used. The check needs the library's internal parts, and valgrind debug
# information that it can read, by which suppressions name functions.
rm -f .build/*.yaml
"${SWIFT:-swift}" build -c release --product side-channels \
  -Xswiftc -enable-testing -Xswiftc -dwarf-version=4 -Xcc -gdwarf-4
program=$("${SWIFT:-swift}" build -c release --show-bin-path)/side-channels

log=.build/memcheck.log
status=0
valgrind --leak-check=no --error-limit=no --num-callers=20 --suppressions=valgrind.supp \
  --log-file="$log" "$program" || status=$?
if [ "$status" -ne 0 ]; then
  cat "$log" >&2
  echo "Side channels: failed. What valgrind found stands above, after each case's name." >&2
fi

"$program" remains || status=$?
exit "$status"
