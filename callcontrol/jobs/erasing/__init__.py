"""Erasing and disclosing everything about one number, over the whole register."""
