-- Staff look people of a course up by a part of the user name, e-mail or full name, in any case.
alter table users add search_names text collate "C" generated always as
  (lower((username || e'\n' || email || e'\n' || full_name) collate "und-x-icu")) stored;
create index users_by_search_names on users using gin (search_names gin_trgm_ops);
