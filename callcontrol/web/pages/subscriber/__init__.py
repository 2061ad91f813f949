"""What a person with a phone looks at: the phone, messages, missed callers, calls, what they cost."""
