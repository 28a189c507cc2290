"""Runs all shards of a job on Spark: spark-submit spark.py JOB SHARDS.

JOB is a folder that all executors see. Spark may run a shard twice, which changes nothing.
"""

import os
import sys

from pyspark.sql import SparkSession


def main(job: str, shards: int) -> None:
    spark = SparkSession.builder.appName("mien batch").getOrCreate()
    command = f"{os.environ.get('MIEN', 'mien')} batch run {job} --threads 1 --json --shard -"
    numbers = spark.sparkContext.parallelize(range(shards), shards)
    # Without checkCode a shard that failed would count as done.
    done = numbers.pipe(command, env=dict(os.environ), checkCode=True).count()
    print(f"{done} of {shards} shards done")
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
