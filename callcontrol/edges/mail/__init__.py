"""Mail: how one is written (RFC 5322), signed, handed to a server, and what is heard of it when it comes back."""
