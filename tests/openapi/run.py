"""Asks a server what its OpenAPI document allows, and what it doesn't: no answer may be another than described.

    python run.py http://127.0.0.1:8787 [--examples 20] [--seed 1]

The server is waited for. With another seed come other requests.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
PATIENCE = 60


def wait_for(url):
    """Waits until the server can predict."""
    for _ in range(PATIENCE):
        try:
            with urllib.request.urlopen(f"{url}/readyz"):
                return
        except OSError:
            time.sleep(1)
    sys.exit(f"{url} does not answer")


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("url")
parser.add_argument("--examples", type=int, default=20, help="requests of each kind for each operation")
parser.add_argument("--seed", type=int, default=1)
given = parser.parse_args()

wait_for(given.url)
command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml"]
command += ["run", f"{given.url}/openapi.json", "--checks", "all", "--no-color"]
command += ["--max-examples", str(given.examples), "--seed", str(given.seed)]
done = subprocess.run(command, cwd=HERE, env={**os.environ, "ONNXLET_URL": given.url, "PYTHONPATH": str(HERE)})
ok = done.returncode == 0
print(f"test result: {'ok' if ok else 'FAILED'}. {int(ok)} passed; {int(not ok)} failed")
sys.exit(done.returncode)
