#!/usr/bin/env bash
# Runs all shards of a job with GNU parallel: parallel.sh JOB [JOBS] [parallel's options, such as
# --sshloginfile hosts]. A shard that failed is tried three times. JOB is a folder that all hosts see.
set -euo pipefail
job=$1
jobs=${2:-2}
shift $(($# > 1 ? 2 : 1))
mien=${MIEN:-mien}
shards=$("$mien" batch status "$job" --json | sed -n 's/.*"shards" : \([0-9]*\).*/\1/p')
seq 0 $((shards - 1)) |
    parallel --will-cite --jobs "$jobs" --retries 3 "$@" \
        "$mien" batch run "$job" --threads 1 --shard
