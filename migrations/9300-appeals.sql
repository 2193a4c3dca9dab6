-- The course demands that a second person confirms each rejection of an attempt.
alter table courses add second_person_for_rejection boolean not null default false;

-- Signed receipts of submissions. Ids only.
create table submission_receipts (
  event_id uuid primary key,
  receipt text not null,
  recorded_at timestamptz not null default now()
);
