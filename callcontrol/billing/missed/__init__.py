"""Missed callers, pure: from records to contacts (`contacts.py`), from contacts to cases (`cases.py`)."""
