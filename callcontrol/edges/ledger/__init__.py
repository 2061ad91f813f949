"""The ledger: what happened and what it cost, in Postgres. schema.sql is the contract, queries.sql the statements."""
