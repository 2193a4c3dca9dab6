-- For the search in the log (libs/audit/src/log-search.ts). Each list is in the order of the time of recording. Every append
-- pays for these indexes: a request leads to few events, so a hash finds them, and frequent types are found in the order of time.
create index events_by_time on events (recorded_at, position);
create index events_by_exam on events (((metadata->>'examId')::bigint), recorded_at, position);
create index events_by_type on events (type, recorded_at, position) where type not in (
  'AttemptCreated', 'AttemptReadied', 'AttemptStarted', 'AttemptStopped', 'AttemptSubmitted', 'ReviewReceived', 'AttemptVerified'
);
create index events_by_request on events using hash ((metadata->>'requestId'));
-- Events of learners by themselves are not in it. The streams of the learner have them.
create index events_by_actor on events (
  ((metadata->'actor'->>'kind')
    || coalesce(':' || coalesce(metadata->'actor'->>'userId', metadata->'actor'->>'name'), '')),
  recorded_at, position
) where coalesce(metadata->'actor'->>'userId', '') <> coalesce(metadata->>'userId', '-');

-- An event leads to the request that caused it.
create index access_log_by_request on access_log (request_id);
