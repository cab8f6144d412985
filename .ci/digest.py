"""Prints the SHA-256 of a file: by it a test without Node knows whether the page's types are of this API."""

import hashlib
import sys
from pathlib import Path

print(hashlib.sha256(Path(sys.argv[1]).read_bytes()).hexdigest())
