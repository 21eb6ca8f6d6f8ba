"""What the lab lends to notebooks, right answers included: this folder is hidden when a class is graded."""
