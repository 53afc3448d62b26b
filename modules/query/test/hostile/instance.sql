-- What acts on the whole instance: logging, profiling, checkpoints, extensions.
SELECT * FROM enable_logging()
SELECT * FROM enable_logging('QueryLog')
SELECT * FROM enable_logging(level = 'debug')
SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': '{dir}/log'})
SELECT * FROM enable_logging(storage = 'stdout')
SELECT * FROM enable_logging('FileSystem', storage = 'memory')
CALL enable_logging()
CALL enable_logging('QueryLog', storage = 'memory')
CALL disable_logging()
SELECT * FROM disable_logging()
SELECT * FROM truncate_duckdb_logs()
CALL truncate_duckdb_logs()
SELECT * FROM enable_profiling()
CALL enable_profiling()
SELECT * FROM disable_profiling()
SELECT * FROM checkpoint()
CALL checkpoint()
SELECT * FROM checkpoint('memory')
SELECT write_log('forged line', level := 'error')
SELECT write_log(name) FROM people
LOAD parquet
LOAD json
LOAD icu
SELECT (SELECT count(*) FROM enable_logging())
WITH t AS (SELECT * FROM enable_logging()) SELECT count(*) FROM t
SELECT * FROM people, enable_logging()
