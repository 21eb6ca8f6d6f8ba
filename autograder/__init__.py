"""The autograder: asks, runs, judges and grades."""
