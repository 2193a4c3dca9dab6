-- An exam has generations: each has a type and a provider. Old rows belong to the first generation, whose id is the exam's.
alter table exams
  add exam_type text,
  add begun_generation_id bigint,
  add generation_id bigint generated always as (coalesce(begun_generation_id, id)) stored;
-- Null: the first generation.
alter table attempts add generation_id bigint;

-- Each generation with its last definition. exams has the current one of each exam.
create table exam_generations (
  id bigint primary key,
  exam_id bigint not null,
  course_id text not null,
  content_id text not null,
  exam_name text not null,
  time_limit_mins bigint not null,
  due_date timestamptz,
  is_proctored boolean not null,
  is_practice_exam boolean not null,
  is_active boolean not null,
  hide_after_due boolean not null,
  external_id text,
  backend text,
  exam_type text
);
create index exam_generations_of_course on exam_generations (course_id, content_id);

insert into exam_generations
select id, id, course_id, content_id, exam_name, time_limit_mins, due_date, is_proctored, is_practice_exam, is_active,
       hide_after_due, external_id, backend, exam_type
  from exams;

-- The provider of a course's exams. The id is the course's.
create table course_configurations (
  id text primary key,
  provider text,
  escalation_email text
);
