"""Runs every test_*.py of this folder against ONNXLET_URL, and counts the way `cargo test` does."""

import sys
import unittest
from pathlib import Path

tests = unittest.defaultTestLoader.discover(str(Path(__file__).parent))
result = unittest.TextTestRunner(sys.stdout, verbosity=2).run(tests)
# A subtest that fails is a failure of its own.
failed = min(len(result.failures) + len(result.errors), result.testsRun)
print(f"test result: {'ok' if result.wasSuccessful() else 'FAILED'}. {result.testsRun - failed} passed; {failed} failed")
sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)
