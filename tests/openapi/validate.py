"""Says whether each file is an OpenAPI 3.1 document, by a validator that we did not write.

    python validate.py DOCUMENT.json...
"""

import json
import pathlib
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator

failed = 0
for path in map(pathlib.Path, sys.argv[1:]):
    problems = list(OpenAPIV31SpecValidator(json.loads(path.read_text())).iter_errors())
    for problem in problems:
        print(f"{path}: {'/'.join(map(str, problem.absolute_path))}: {problem.message}")
    failed += bool(problems)
total = len(sys.argv) - 1
if total == 0:
    sys.exit("no document was given")
print(f"test result: {'FAILED' if failed else 'ok'}. {total - failed} passed; {failed} failed")
sys.exit(bool(failed))
