#!/bin/sh
# Run by the image of PostgreSQL when it makes the database: who owns it, and who the app is.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname summit \
  --set owner_password="$(cat /run/secrets/owner_password)" --set app_password="$(cat /run/secrets/app_password)" <<'SQL'
CREATE ROLE summit_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE summit_app NOLOGIN;
GRANT summit_app TO summit_owner;
CREATE ROLE summit_web LOGIN PASSWORD :'app_password' IN ROLE summit_app;
ALTER DATABASE summit OWNER TO summit_owner;
ALTER SCHEMA public OWNER TO summit_owner;
SQL
