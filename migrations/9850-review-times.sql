-- When a proctored attempt was handed in, and when it was first reviewed: a fold of the log, like the other read models.
create table review_times (
  id bigint primary key,
  exam_id bigint not null,
  submitted_at timestamptz,
  reviewed_at timestamptz
) with (fillfactor = 80);
create index review_times_by_exam on review_times (exam_id);

insert into review_times
select id, exam_id, min(at) filter (where type in ('AttemptSubmitted', 'AttemptTimedOut')),
       min(at) filter (where type not in ('AttemptSubmitted', 'AttemptTimedOut'))
  from attempts left join (
    select (data->>'attemptId')::bigint as id, type, coalesce(data->>'completedAt', data->>'at')::timestamptz as at
      from events
     where type in ('AttemptSubmitted', 'AttemptTimedOut', 'ReviewReceived', 'SecondReviewRequired', 'AttemptVerified', 'AttemptRejected')
  ) as event using (id)
 where taking_as_proctored
 group by id, exam_id;
