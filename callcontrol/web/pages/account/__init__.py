"""What everyone has: signing in and out, the password, the second factor, one's sessions, language and theme."""
