"""Mail: what is told by mail is queued, sent to the server, and taken back when it cannot be delivered."""
