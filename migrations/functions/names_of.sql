-- The text that searches look at. Like the reference, they look for a part of the user name or e-mail and ignore the case of
-- ASCII letters only. Neither name contains a line feed.
create or replace function names_of(username text, email text) returns text language sql immutable return
  lower(username collate "C") || e'\n' || lower(email collate "C");
