-- Lists are counted when they are read (ADR 29), so nothing keeps sums of them.
drop function if exists count_attempt_group, count_attempt_groups, count_enrollment, list_part_of, place_of cascade;
drop table list_sums, list_changes;
