#!/bin/sh
# Installs the voice Mei for Open JTalk (CC BY 3.0, see README.md).
# Usage: install-mei.sh [FOLDER]; needs pip and python3.
set -eu

folder=${1:-/usr/local/share/trunkline/voices}
version=0.4.1.post10
sum=f3be49a6838904a6c218790b64e07c3e83c1886e995dca284b413caab19184de
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The voice is the same in the wheel of every platform; one is named, so that any Python will do.
python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$work" \
    --platform manylinux_2_28_x86_64 --python-version 3.11 "pyopenjtalk-plus==$version"
python3 - "$work" <<'PYTHON'
import glob, sys, zipfile
work = sys.argv[1]
with zipfile.ZipFile(glob.glob(work + "/*.whl")[0]) as wheel:
    for name in ("mei_normal.htsvoice", "LICENSE_mei_normal.htsvoice"):
        with open(work + "/" + name, "wb") as out:
            out.write(wheel.read("pyopenjtalk/htsvoice/" + name))
PYTHON
echo "$sum  $work/mei_normal.htsvoice" | sha256sum --check --quiet
install -D -m 644 -t "$folder" "$work/mei_normal.htsvoice" "$work/LICENSE_mei_normal.htsvoice"
echo "installed $folder/mei_normal.htsvoice"
