"""Reports as servers write them (RFC 3464, 3462)."""

from __future__ import annotations


def report(action: str = "failed", status: str = "5.1.1", diagnostic: str = "smtp; 550 5.1.1 no such user") -> bytes:
    """A report of one recipient, in the form of Postfix."""
    return "\r\n".join(
        (
            "Return-Path: <>",
            "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)",
            "To: bounces+x@acme.example",
            "Subject: Undelivered Mail Returned to Sender",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            "Content-Type: multipart/report; report-type=delivery-status;",
            '\tboundary="B1/mx.example.org"',
            "",
            "--B1/mx.example.org",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "This is the mail system at host mx.example.org.",
            "",
            "--B1/mx.example.org",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.org",
            "X-Postfix-Queue-ID: 4bXyz",
            "",
            "Final-Recipient: rfc822; anna@example.org",
            f"Action: {action}",
            f"Status: {status}",
            f"Diagnostic-Code: {diagnostic}",
            "",
            "--B1/mx.example.org",
            "Content-Type: text/rfc822-headers",
            "",
            "Subject: Message from +48500100200",
            "",
            "--B1/mx.example.org--",
            "",
        )
    ).encode()


HOLIDAY = b"From: anna@example.org\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nI am away.\r\n"
