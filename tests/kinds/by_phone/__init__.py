"""A voicemail box by phone: what is heard, what each key does, what is stored."""
