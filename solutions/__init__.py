"""The answer key: reference library, notebooks with answers, and known misconceptions."""
