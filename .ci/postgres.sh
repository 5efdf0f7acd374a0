# shellcheck shell=bash
# PostgreSQL and PgBouncer from Debian's packages, for the run of one command. Sourced by run, which sets $work.

initdb_path() {
  compgen -G '/usr/lib/postgresql/1[5-9]/bin/initdb' | sort -V | tail -n 1
}

# Debian's package would make a cluster of its own and start it; a drop-in, gone again afterwards, says not to.
install_postgres() {
  local folder=/etc/postgresql-common/createcluster.d status
  if [[ -n $(initdb_path) ]]; then
    "$(initdb_path)" --version
    return
  fi
  mkdir -p "$folder"
  echo 'create_main_cluster = false' >"$folder/summit-ci.conf"
  install_packages postgresql
  status=$?
  rm -f "$folder/summit-ci.conf"
  return "$status"
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=60 -o Acquire::Retries=3)
  apt-get "${options[@]}" update && apt-get "${options[@]}" install "$@"
}

# For packages that would start a service of their own: Debian asks this file whether one may start, and 101 says no.
install_without_starting() {
  local policy=/usr/sbin/policy-rc.d status
  if [[ -e $policy ]]; then
    install_packages "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || return
  install_packages "$@"
  status=$?
  rm -f "$policy"
  return "$status"
}

# with_postgres <command…>: runs it with DATABASE_URL naming a database whose owner is no superuser.
with_postgres() {
  local bin folder user=summit-ci port admin password
  folder=$(mktemp -d "$work/postgres.XXXXXX") || return
  bin=$(dirname "$(initdb_path)")
  admin=$(random_password)
  password=$(random_password)
  # PostgreSQL refuses to run as root.
  id -u "$user" >/dev/null 2>&1 || useradd --system --user-group --shell /usr/sbin/nologin "$user" || return
  local as_user=(setpriv "--reuid=$user" "--regid=$user" --clear-groups)
  install -d -m 700 -o "$user" -g "$user" "$folder" || return
  install -m 600 -o "$user" -g "$user" <(printf '%s' "$admin") "$folder/password" || return
  "${as_user[@]}" "$bin/initdb" --pgdata="$folder/data" --username=postgres --pwfile="$folder/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log"; return 1; }

  port=$(free_port)
  "${as_user[@]}" "$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off >"$work/postgres.log" 2>&1 &
  server=$!
  trap stop_postgres EXIT
  if ! await_postgres || ! make_owner; then
    cat "$work/postgres.log"
    return 1
  fi
  DATABASE_URL="postgres://summit_owner:$password@127.0.0.1:$port/summit" "$@"
}

# with_pgbouncer <command…>: inside with_postgres, runs it with a DATABASE_URL that leads through a pooler in transaction mode.
# Its pool is smaller than those of the servers, so that their transactions really share connections.
with_pgbouncer() (
  folder=$(mktemp -d "$work/pgbouncer.XXXXXX") && chmod 755 "$folder" || exit
  port=$(free_port)
  server=$(node -p 'new URL(process.env.DATABASE_URL).port')
  printf '"summit_owner" "%s"\n' "$(node -p 'new URL(process.env.DATABASE_URL).password')" |
    install -m 600 -o summit-ci -g summit-ci /dev/stdin "$folder/users"
  cat >"$folder/pgbouncer.ini" <<INI
[databases]
* = host=127.0.0.1 port=$server
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users
pool_mode = transaction
default_pool_size = 10
max_client_conn = 500
INI
  pgbouncer --user=summit-ci "$folder/pgbouncer.ini" >"$folder/log" 2>&1 &
  pooler=$!
  trap 'kill -TERM "$pooler" 2>/dev/null; wait "$pooler"' EXIT
  # The suites make databases of their own beside the one that is named, so this one says only where they are.
  export SUMMIT_POOLER=transaction SUMMIT_DIRECT_DATABASE_URL=$DATABASE_URL DATABASE_URL=${DATABASE_URL/:$server\//:$port/}
  if ! await_pgbouncer; then
    cat "$folder/log"
    exit 1
  fi
  "$@"
)

await_pgbouncer() {
  local tries
  for ((tries = 0; tries < 50; tries++)); do
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
    kill -0 "$pooler" 2>/dev/null || return 1
    sleep 0.2
  done
  return 1
}

# At once, whoever is connected; and where that takes too long, without ceremony: the folder is thrown away.
stop_postgres() {
  local tries
  kill -INT "$server" 2>/dev/null
  for ((tries = 0; tries < 100; tries++)); do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  if kill -QUIT "$server" 2>/dev/null; then echo 'PostgreSQL did not stop within 10 s'; fi
  wait "$server"
}

await_postgres() {
  local tries
  for ((tries = 0; tries < 150; tries++)); do
    "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && return 0
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.2
  done
  return 1
}

# The owner may make databases and roles, and is otherwise nobody: row level security binds it too.
make_owner() {
  PGPASSWORD=$admin "$bin/psql" -X -q -h 127.0.0.1 -p "$port" -U postgres -d postgres -v ON_ERROR_STOP=1 <<SQL
CREATE ROLE summit_owner LOGIN CREATEDB CREATEROLE PASSWORD '$password';
CREATE DATABASE summit OWNER summit_owner;
SELECT version();
SQL
}

random_password() {
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

free_port() {
  node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })'
}
