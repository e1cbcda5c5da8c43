#!/bin/sh
# Regenerates Sources/SecAggWire/Generated from Protos. Run it after every change of a .proto file
# and commit what it writes; without such a change it leaves `git diff` empty.
#
# The Swift plugin is built from the very version of swift-protobuf that the package resolves, so
# that generated code and runtime fit together. The compiler itself comes from the system.
set -eu

cd "$(dirname "$0")/.."

if ! command -v protoc >/dev/null 2>&1; then
  echo "protoc is missing; install it:" >&2
  echo "  Debian, Ubuntu: sudo apt-get install protobuf-compiler" >&2
  echo "  macOS:          brew install protobuf" >&2
  exit 1
fi

# Products of dependencies can be built by name. The debug configuration takes half the time.
swift build --product protoc-gen-swift
plugin="$(swift build --show-bin-path)/protoc-gen-swift"

generated=Sources/SecAggWire/Generated
mkdir -p "$generated"
# Files of renamed or deleted .proto files must not stay behind.
rm -f "$generated"/*.pb.swift

# Internal visibility: no generated type may become part of the public interface.
protoc \
  --proto_path=Protos \
  --plugin=protoc-gen-swift="$plugin" \
  --swift_out="$generated" \
  --swift_opt=Visibility=Internal \
  --swift_opt=UseAccessLevelOnImports=true \
  --swift_opt=FileNaming=DropPath \
  Protos/secagg/v1/*.proto

# The plugin marks its output as not to be formatted; CI lints all of Sources and relies on it.
for file in "$generated"/*.pb.swift; do
  if ! grep -q '^// swift-format-ignore-file$' "$file"; then
    echo "$file lacks the line that excludes it from formatting" >&2
    exit 1
  fi
done
