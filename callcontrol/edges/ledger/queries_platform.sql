-- What the ledger tells of the installation itself.

-- mails_waiting: Mails of all tenants that are to be sent, and since when the one that waits longest may be.
SELECT count(*) AS mails, min(due_at) AS oldest_due FROM mails WHERE state IN ('queued', 'sending');

-- jobs_leased: Which process does which work.
SELECT name, leased_by, leased_until, leased_until < now() AS is_over FROM job_leases ORDER BY name;
