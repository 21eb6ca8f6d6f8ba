"""Runs a stranger's code in a process that is shut in; knows no exercise."""
