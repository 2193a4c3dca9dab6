create or replace function list_part_of(enrollment enrollments) returns text language sql immutable return
  case when (enrollment).includes_proctored then
    case when (enrollment).approved_at is null then (enrollment).onboarding else 'approved elsewhere' end end;
