#!/bin/sh
# What compose.yaml runs, as plain commands: sh deployments/machines.sh server|upgrade|deploy|worker
#
# On every machine: this checkout at the same place with `make setup`. Two PostgreSQL databases, made once:
#   CREATE ROLE prefect LOGIN PASSWORD '...'; CREATE DATABASE prefect OWNER prefect;
#   CREATE ROLE vitals LOGIN PASSWORD '...'; CREATE DATABASE vitals OWNER vitals;
# The environment says the rest, as it does for containers:
#   server: PREFECT_SERVER_DATABASE_CONNECTION_URL=postgresql+asyncpg://prefect:...@host/prefect  PREFECT_HOME=/var/lib/prefect
#   others: PREFECT_API_URL=http://server:4200/api  VITALS_STORE_URL=postgresql://vitals:...@host/vitals
#           VITALS_SLACK_TOKEN  VITALS_SLACK_CHANNEL  VITALS_HEARTBEAT_URL  VITALS_SOURCE_WAREHOUSE_URL (one for each source)
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
export DO_NOT_TRACK=1
case "${1:-}" in
server)
    : "${PREFECT_SERVER_DATABASE_CONNECTION_URL:?}"
    export PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE=prefect.server.concurrency.lease_storage.filesystem
    export PREFECT_SERVER_ANALYTICS_ENABLED=false
    exec prefect server start --host "${HOST:-127.0.0.1}" --port 4200
    ;;
upgrade)
    : "${VITALS_STORE_URL:?}"
    exec vitals upgrade
    ;;
deploy)
    : "${PREFECT_API_URL:?}"
    exec vitals deploy --pool vitals
    ;;
worker)
    : "${PREFECT_API_URL:?}" "${VITALS_STORE_URL:?}"
    export PREFECT_WORKER_QUERY_SECONDS=5
    exec prefect worker start --pool vitals --limit 4
    ;;
*)
    echo "usage: sh deployments/machines.sh server|upgrade|deploy|worker" >&2
    exit 2
    ;;
esac
