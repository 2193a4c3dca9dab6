-- The service no longer acts as another role after its login: it logs in as users that own nothing.
drop function if exists application_role(), refuse_append(text);
