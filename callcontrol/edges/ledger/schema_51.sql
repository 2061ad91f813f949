-- Version 51 of the ledger: who people are to their tenant's OpenID provider.

CREATE TABLE web_identities (
    tenant     text        NOT NULL,
    issuer     text        NOT NULL,
    subject    text        NOT NULL,
    user_id    uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT web_identities_key PRIMARY KEY (tenant, issuer, subject)
);
CREATE INDEX web_identities_by_user ON web_identities (user_id);
COMMENT ON TABLE  web_identities            IS 'People as OpenID providers know them; an identity is a person''s for good, whatever login or address it has later';
COMMENT ON COLUMN web_identities.tenant     IS 'Whose provider';
COMMENT ON COLUMN web_identities.issuer     IS 'The provider';
COMMENT ON COLUMN web_identities.subject    IS 'The person there: sub';
COMMENT ON COLUMN web_identities.user_id    IS 'The person here';
COMMENT ON COLUMN web_identities.created_at IS 'When the person signed in so first';
