"""The examiner: asks, runs, judges and grades."""
