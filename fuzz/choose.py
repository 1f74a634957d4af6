#!/usr/bin/env python3
"""Chooses the small corpus that the ordinary tests replay: fuzz/choose.py NAME...

From fuzz/corpus/NAME, fuzz/seeds/NAME and what was chosen before, it takes those that reach most
code that none of the smaller inputs reaches: at most 150 of them and 190 KB. Inputs whose names
begin with `found-` once failed, and stay. Needs what `fuzz/run` has built.
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile

HOME = pathlib.Path(__file__).resolve().parent
MOST_FILES = 150
MOST_BYTES = 190_000


def reached(name, folders):
    """How much code each input reaches that none of the smaller ones does, as libFuzzer's merge
    writes it down: [(edges, features, file)]. Features are the finer ones: how often an edge."""
    program = next((HOME / "target").glob(f"*/release/{name}"))
    with tempfile.TemporaryDirectory() as scratch:
        notes = pathlib.Path(scratch, "notes")
        pathlib.Path(scratch, "out").mkdir()
        command = [program, "-merge=1", f"-merge_control_file={notes}", f"{scratch}/out", *folders]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL, cwd=scratch)
        lines = notes.read_text().splitlines()
    count = int(lines[0])
    files = [pathlib.Path(line) for line in lines[2 : 2 + count]]
    found = {}
    for line in lines[2 + count :]:
        kind, place, *numbers = line.split()
        if kind in ("FT", "COV"):
            found.setdefault(int(place), {})[kind] = len(numbers)
    return [(of.get("COV", 0), of.get("FT", 0), files[place]) for place, of in found.items()]


def choose(inputs):
    chosen, size = [], 0
    for _, features, file in sorted(inputs, reverse=True):
        more = file.stat().st_size
        if features > 0 and len(chosen) < MOST_FILES and size + more <= MOST_BYTES:
            chosen.append(file)
            size += more
    return chosen, size


def main():
    for name in sys.argv[1:]:
        small = HOME / "corpus-small" / name
        small.mkdir(parents=True, exist_ok=True)
        folders = [HOME / "corpus" / name, HOME / "seeds" / name, small]
        files, size = choose(reached(name, [folder for folder in folders if folder.exists()]))
        contents = [file.read_bytes() for file in files]
        for old in small.iterdir():
            if not old.name.startswith("found-"):
                old.unlink()
        for data in contents:
            (small / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)
        print(f"{name}: {len(files)} inputs, {size} bytes")


if __name__ == "__main__":
    main()
