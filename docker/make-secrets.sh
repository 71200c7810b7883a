#!/bin/sh
# Makes the random secrets that compose.yaml mounts, in docker/secrets/. What is there already stays as it is.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
# Compose mounts a file with its owner and mode, and the containers run as users of their own: the files are readable
# to all, and the folder keeps everybody else on this machine out.
chmod 700 secrets

random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# A file appears complete or not at all.
keep_or_write() {
  [ -s "secrets/$1" ] && return
  printf '%s\n' "$2" >"secrets/$1.new"
  chmod 644 "secrets/$1.new"
  mv "secrets/$1.new" "secrets/$1"
  echo "made docker/secrets/$1"
}

keep_or_write asterisk-ami "$(random)"
keep_or_write dashboard "$(random)"
keep_or_write operator "$(random)"
keep_or_write grafana-admin "$(random)"
