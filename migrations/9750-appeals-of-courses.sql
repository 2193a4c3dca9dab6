-- The queue of a course's appeals. Few events are about appeals, so few appends write this index.
create index appeal_events on events ((metadata->>'courseId'))
  where type in ('AppealMade', 'AppealUpheld', 'AppealDismissed');
