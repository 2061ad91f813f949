-- Version 4 of the ledger: ten million calls a year are found by number, by day and by id in milliseconds. Only indexes change.
--
-- What is asked for comes latest first, a few rows at a time. So each index has what is compared with `=` in front and the order
-- behind it: months are walked from the newest on, and within a month the first rows of the index are the answer.
--
-- Distribution. Every key begins with the tenant, and no foreign key leads from one tenant to another (there are none), so that
-- each partitioned table can become a distributed one of Citus as it stands, all of them co-located:
--     SELECT create_distributed_table('calls', 'tenant');
--     SELECT create_distributed_table(t, 'tenant', colocate_with => 'calls')
--     FROM unnest(ARRAY['legs', 'charges', 'queue_visits', 'offers']) AS t;
-- schema_version stays with the coordinator. All joins are by tenant, among other columns. The writer's one statement for a batch
-- would then be given one tenant's records at a time.
--
-- A leg stays identified by (switch, leg_id): its uuid is drawn once, for one call, and a call has one tenant from its arrival
-- on, which a worker that takes it over or completes its record finds with it. So the tenant in front of the key only says where the
-- row lies; it never makes two legs of one. The same holds for started_day, the day of the call's arrival.

-- It may build indexes of years: the writer's limit for a statement is no measure for that.
SET LOCAL statement_timeout = 0;

DROP INDEX calls_by_caller, calls_by_dialled, legs_by_address;

CREATE INDEX calls_by_caller  ON calls (tenant, caller_number, started_day DESC, started_at DESC);
CREATE INDEX calls_by_dialled ON calls (tenant, dialled, started_day DESC, started_at DESC);
CREATE INDEX calls_by_tenant  ON calls (tenant, started_day DESC, started_at DESC);
CREATE INDEX calls_by_id      ON calls (call_id);

-- the address of a caller's own leg is what the caller dialled: calls_by_dialled
CREATE INDEX legs_by_address ON legs (tenant, address, started_day DESC) WHERE direction = 'b';
CREATE INDEX legs_by_number  ON legs (tenant, target, started_day DESC) WHERE starts_with(target, 'number:');

CREATE INDEX queue_visits_by_day ON queue_visits (tenant, started_day);
CREATE INDEX offers_by_day       ON offers (tenant, started_day);
