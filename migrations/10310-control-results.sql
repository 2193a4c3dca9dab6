-- The control result of an attempt that staff see: the one with which a tool ended the attempt, else the first incident.
create table control_results (
  -- The attempt's.
  id bigint primary key,
  action text not null,
  severity numeric,
  reason_code text,
  incident_at timestamptz,
  received_at timestamptz not null
);
