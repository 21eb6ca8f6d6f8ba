"""Runs a stranger's code in an isolated process; knows no exercise."""
