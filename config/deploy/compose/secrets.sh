#!/bin/sh
# Makes the secrets of this deployment, once. What is there stays as it is.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
# Compose mounts files as they are, and in the containers other users read them: the folder keeps all others out.
chmod 700 secrets
cd secrets

password() { [ -e "$1" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$1"; }

password superuser_password
password owner_password
password app_password
[ -e log_secret ] || head -c 32 /dev/urandom >log_secret
# Made anew from the passwords: what is there may be read alone.
rm -f database_url app_database_url
printf 'postgres://summit_owner:%s@database/summit\n' "$(cat owner_password)" >database_url
printf 'postgres://summit_web:%s@database/summit\n' "$(cat app_password)" >app_database_url
chmod 444 ./*
