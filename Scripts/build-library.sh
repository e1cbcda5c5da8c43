#!/bin/sh
# Builds libsecagg, the library behind secagg.h, into .build/secagg: lib, include, and a pkg-config file
# that may be moved with them. The Swift runtime is inside; so is libsodium, where its static library is
# there. Fails unless the library shows the functions of the header and nothing else. Linux.
set -eu
cd "$(dirname "$0")/.."

header=Sources/CSecAggABI/include/secagg.h
version() { sed -n "s/^#define SECAGG_ABI_$1 \([0-9]*\)$/\1/p" "$header"; }
major=$(version MAJOR)
file=libsecagg.so.$major.$(version MINOR)

work=.build/library
mkdir -p "$work"
# The linker takes the first directory that has the library at all: one with the static one alone, which
# a pkg-config file of our own leads to.
archive=$(pkg-config --variable=libdir libsodium)/libsodium.a
rm -rf "$work/static"
if [ -e "$archive" ]; then
  mkdir "$work/static"
  ln -s "$archive" "$work/static/libsodium.a"
  sed "s|^libdir=.*|libdir=$PWD/$work/static|" \
    "$(pkg-config --variable=pcfiledir libsodium)/libsodium.pc" >"$work/static/libsodium.pc"
  PKG_CONFIG_PATH=$PWD/$work/static:${PKG_CONFIG_PATH:-}
  export PKG_CONFIG_PATH
fi

# What the library shows: the functions of the header. The Swift runtime and libsodium inside it are its
# own, and do not meet those of a program. A declaration begins with SECAGG_API, and its first
# parenthesis follows the name.
grep -v '^#' "$header" | tr '\n' ' ' | grep -o 'SECAGG_API [^(]*(' \
  | sed 's/.*[ *]\(secagg_[a-z0-9_]*\)($/\1/' | sort >"$work/declared"
{
  echo "{ global:"
  sed 's/$/;/' "$work/declared"
  echo "local: *; };"
} >"$work/secagg.map"

# The functions of Sources/CSecAggABI/OldSymbols.c, so that glibc 2.34 will do.
"${SWIFT:-swift}" build -c release --product secagg --scratch-path "$work" \
  -Xswiftc -static-stdlib -Xlinker --wrap=hypot -Xlinker --wrap=hypotf \
  -Xlinker --version-script="$PWD/$work/secagg.map" -Xlinker -soname="libsecagg.so.$major" \
  -Xlinker --exclude-libs=ALL -Xlinker --gc-sections -Xlinker -s
built=$("${SWIFT:-swift}" build -c release --scratch-path "$work" --show-bin-path)/libsecagg.so

out=.build/secagg
rm -rf "$out"
mkdir -p "$out/include" "$out/lib/pkgconfig"
cp "$header" "$out/include/"
cp "$built" "$out/lib/$file"
ln -s "$file" "$out/lib/libsecagg.so.$major"
ln -s "libsecagg.so.$major" "$out/lib/libsecagg.so"
cat >"$out/lib/pkgconfig/secagg.pc" <<END
prefix=\${pcfiledir}/../..
Name: secagg
Description: Secure aggregation for federated learning
Version: $(sed -n 's/.*secagg_version(void) { return "\(.*\)"; }/\1/p' Sources/CSecAggABI/Version.c)
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lsecagg
END

nm -D --defined-only --extern-only "$out/lib/$file" | awk '{print $3}' | sort >"$work/shown"
diff "$work/declared" "$work/shown" || {
  echo "The library does not show the functions of secagg.h: < is declared only, > shown only." >&2
  exit 1
}
echo "$out: $(wc -l <"$work/shown") functions, $(stat -c %s "$out/lib/$file") bytes"
