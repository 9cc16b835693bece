#!/usr/bin/env bash
# Makes the image that container tests run in without any registry: a Debian tree with Python, pytest and git,
# made by debootstrap from the mirror that apt itself is set up with, kept as an archive between runs.
#   tests/support/make-image.sh [IMAGE]      default bestk-test:py3; needs root, debootstrap and an engine that answers
set -euo pipefail

image=${1:-bestk-test:py3}
cache=${BESTK_CI_CACHE:-$HOME/.cache/bestk-ci}
packages=python3,python3-pytest,git,patch

if docker image inspect "$image" >/dev/null 2>&1; then
  echo "$image is there already"
  exit 0
fi

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
recipe=$(printf '%s' "$suite $packages 2" | sha256sum | cut -c1-12)
archive=$cache/rootfs-$suite-$recipe.tar.gz

if [ ! -s "$archive" ]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite && $3 == "main" { print $1; exit }')
  if [ -z "$mirror" ]; then
    echo "apt's sources name no mirror with $suite/main: add one to /etc/apt/sources.list" >&2
    exit 1
  fi
  mkdir -p "$cache"
  root=$(mktemp -d "$cache/rootfs.XXXXXX")
  trap 'rm -rf "$root" "$archive.$$"' EXIT
  echo "making a $suite tree with $packages"
  if ! debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror" >"$cache/debootstrap.log" 2>&1; then
    tail -n 20 "$cache/debootstrap.log" >&2
    exit 1
  fi
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/* "$root"/usr/share/locale/*
  tar -C "$root" --numeric-owner --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* -c . | gzip -1 >"$archive.$$"
  mv "$archive.$$" "$archive"
fi

docker import --change 'ENV LANG=C.UTF-8' --change 'CMD ["/bin/sh"]' "$archive" "$image" >/dev/null
echo "$image made from $archive"
