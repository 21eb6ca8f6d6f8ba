"""Independent libraries and laws with which the reference is compared."""
