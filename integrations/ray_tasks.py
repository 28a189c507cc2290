"""Runs all shards of a job on Ray: python ray_tasks.py JOB SHARDS. JOB is a folder that all nodes see."""

import os
import subprocess
import sys

import ray


@ray.remote(num_cpus=1, max_retries=3, retry_exceptions=True)
def run(job: str, shard: int) -> int:
    program = os.environ.get("MIEN", "mien")
    command = [program, "batch", "run", job, "--threads", "1", "--shard", str(shard)]
    code = subprocess.run(command).returncode
    # 42 and 2 end the same way each time; Ray repeats what raises.
    if code not in (0, 2, 42):
        raise RuntimeError(f"shard {shard}: exit code {code}")
    return code


if __name__ == "__main__":
    if not ray.is_initialized():
        ray.init()
    codes = ray.get([run.remote(sys.argv[1], shard) for shard in range(int(sys.argv[2]))])
    print(f"{codes.count(0)} of {len(codes)} shards done")
    sys.exit(max(codes))
