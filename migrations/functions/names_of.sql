-- As the reference finds people: by a part of user name or e-mail, of which only ASCII letters are the same in both cases.
-- Neither has a line's end.
create or replace function names_of(username text, email text) returns text language sql immutable return
  lower(username collate "C") || e'\n' || lower(email collate "C");
