#!/usr/bin/env python3
"""Verify what "audit export" has written, without beignet. Exit 0: as recorded, 5: not.

A line is {"seq": 1, "hash": "...", "body": "..."}. The hash is over the hash before it,
a newline and the body: SHA-256 in hex, or, with a key, "hmac-sha256:" and HMAC-SHA-256.
"""
import argparse, hashlib, hmac, json, sys

options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
options.add_argument("export", help="the file")
options.add_argument("--expect", metavar="HEAD", help="a head that was noted: some event must have it")
options.add_argument("--key", metavar="FILE", help="the file of the audit's key")
options = options.parse_args()


def fault(message):
    print(f"the audit is not as it was recorded: {message}", file=sys.stderr)
    sys.exit(5)


key = open(options.key, "rb").read().rstrip(b"\r\n") if options.key else b""
head, seq, keyed, expected = "", 0, False, not options.expect
for line in open(options.export, encoding="utf-8", errors="surrogateescape", newline="\n"):
    try:
        link = json.loads(line)
        text = head.encode() + b"\n" + link["body"].encode()
        with_key = link["hash"].startswith("hmac-sha256:")
        sound = link["seq"] == seq + 1 and (key or not with_key) and (with_key or not keyed)
        digest = "hmac-sha256:" + hmac.new(key, text, "sha256").hexdigest() if with_key else hashlib.sha256(text).hexdigest()
        sound = sound and hmac.compare_digest(digest, link["hash"])
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        fault(f"line {seq + 1} is changed, or out of its place" + ("" if key else ", or it needs --key"))
    head, seq, keyed, expected = link["hash"], seq + 1, keyed or with_key, expected or link["hash"] == options.expect
if not expected:
    fault("no event has the expected hash")
if key and seq and not keyed:
    fault("there is a key, and no event has its hash")
print(f"ok: {seq} events, head {head}")
