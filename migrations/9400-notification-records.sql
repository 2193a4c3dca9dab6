-- The record of a notification stays, as those of mails and messages do: auditors read when a provider was notified. Records
-- of earlier versions have no time.
alter table vendor_deliveries add column notified_at timestamptz;
create index on vendor_deliveries (event_id);
