"""What the lab lends to notebooks, some of it right answers: no candidate of a class finds this folder."""
