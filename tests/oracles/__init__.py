"""Independent libraries and laws that the reference is compared with."""
