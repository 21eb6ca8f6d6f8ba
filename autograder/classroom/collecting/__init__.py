"""Collecting: takes submissions from downloads, folders and the exchange, and names everything that was not taken."""
