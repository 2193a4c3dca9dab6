-- To count 100,000 rows takes longer than to show a page of them, and to skip them, too. For each text that many names have,
-- sums say how many entries of the list have it in each block of it, from a place on; for '' they count all. One row with the
-- number would be where all writers of a course wait for each other, so each change since adds a row of its own, which says
-- where in the list it is and whose, and the worker puts new sums in the place of many. Parts are what a list can be narrowed
-- to and counted by itself: of a course's learners, those whose onboarding is at the same point.

create table list_sums (
  list text not null,
  course_id text not null,
  part text not null,
  text text collate "C" not null,
  places text[] collate "C" not null,
  entries int[] not null,
  primary key (list, course_id, part, text)
);

create table list_changes (
  list text not null,
  course_id text not null,
  entries int not null,
  place text collate "C" not null default '',
  part text not null default '',
  names text collate "C" not null default ''
);
create index list_changes_by_course on list_changes (list, course_id);
