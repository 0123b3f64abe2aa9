"""Recomputes every hash and the chain of an evidence folder, knowing docs/legal.md only.

`python outside.py EVIDENCE` prints what is wrong, one fault a line; exit 0 where nothing is.
It imports nothing of this project.
"""

import hashlib
import json
import sys
from pathlib import Path


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def one_spelling(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def public_keys(folder):
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    found = [path.read_bytes() for path in Path(folder, "key").glob("*.pub")]
    return {sha256(data)[:16]: load_pem_public_key(data) for data in found}


def check_signature(keys, line, message):
    from cryptography.exceptions import InvalidSignature

    try:
        keys[line["key"]].verify(bytes.fromhex(line["signature"]), message.encode())
    except (KeyError, InvalidSignature):
        return False
    return True


def check_line(number, line, before, keys):
    header = {key: line[key] for key in ("n", "at", "what", "previous", "sha256")}
    if line["n"] != number or line["previous"] != before:
        yield f"line {number}: out of order"
    if sha256(one_spelling(header)) != line["hash"]:
        yield f"line {number}: hash"
    if line["body"] is not None and sha256(one_spelling(line["body"])) != line["sha256"]:
        yield f"line {number}: body"
    if not check_signature(keys, line, f"listening-evidence:1:{line['hash']}"):
        yield f"line {number}: signature"


def check_head(head, lines, keys):
    if not 0 < head["n"] <= len(lines) or lines[head["n"] - 1]["hash"] != head["hash"]:
        yield "head: cut off"
    if not check_signature(keys, head, f"listening-evidence-head:1:{head['n']}:{head['hash']}"):
        yield "head: signature"


def check(folder):
    folder, keys = Path(folder), public_keys(folder)
    lines = [json.loads(data) for data in (folder / "chain.jsonl").read_bytes().splitlines()]
    before, erased = "0" * 64, set()
    gone: dict[int, set[str]] = {}
    for number, line in enumerate(lines, 1):
        yield from check_line(number, line, before, keys)
        before = line["hash"]
        if line["what"] == "erased" and line["body"]:
            erased.update(line["body"]["of"])
            for of, names in line["body"].get("files", {}).items():
                gone.setdefault(int(of), set()).update(names)
    for line in lines:
        if line["body"] is None and line["n"] not in erased:
            yield f"line {line['n']}: blank without a reason"
    yield from check_head(json.loads((folder / "head.json").read_bytes()), lines, keys)
    packs = {one["n"]: one["body"] for one in lines if one["what"] == "pack" and one["body"]}
    for number, body in packs.items():
        yield from check_pack(folder, number, body, gone.get(number, set()))
    places = {place(folder, body["evidence"]) for body in packs.values()}
    for found in folder.glob("pack/*/*"):
        if found not in places:
            yield f"{found.name}: in no line"


def place(folder, evidence):
    _, mention, content = evidence.split(":")
    return folder / "pack" / mention[:2] / f"{mention}-{content}"


def check_pack(folder, number, body, gone):
    pack = place(folder, body["evidence"])
    manifest = pack / "manifest.json"
    if not manifest.exists() or sha256(manifest.read_bytes()) != body["manifest"]:
        yield f"line {number}: manifest"
        return
    listed = json.loads(manifest.read_bytes())["files"]
    for one in listed:
        path = pack / one["name"]
        if one["name"] in gone:
            if path.exists():
                yield f"{path}: said to be erased"
        elif not path.exists() or sha256(path.read_bytes()) != one["sha256"]:
            yield f"{path}: bytes"
    for path in pack.iterdir():
        if path.name not in {"manifest.json", *(one["name"] for one in listed)}:
            yield f"{path}: in no manifest"


if __name__ == "__main__":
    faults = list(check(sys.argv[1]))
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    sys.exit(bool(faults))
