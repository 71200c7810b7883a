#!/bin/sh
# Gives Asterisk the secret of the gateway's account, which manager.conf includes, and becomes Asterisk.
set -eu
umask 077
# A semicolon would begin a comment.
printf 'secret = %s\n' "$(sed 's/;/\\;/g' /run/secrets/asterisk-ami)" >/run/asterisk/manager-secret.conf
exec "$@"
