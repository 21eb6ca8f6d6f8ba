"""The autograder: declares exercises, runs answers, judges them, and grades classes."""
