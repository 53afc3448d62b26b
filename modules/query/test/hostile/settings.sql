-- Settings and pragmas.
SET threads = 1
SET GLOBAL threads = 1
SET SESSION search_path = 'main'
SET memory_limit = '1TB'
SET temp_directory = '{dir}/tmp'
SET enable_external_access = false
SET VARIABLE x = 1
SET TimeZone = 'UTC'
SET schema = 'main'
RESET threads
RESET memory_limit
RESET VARIABLE x
USE memory
USE main
PRAGMA version
PRAGMA threads = 1
PRAGMA memory_limit = '1GB'
PRAGMA enable_profiling
PRAGMA disable_profiling
PRAGMA enable_progress_bar
PRAGMA disable_optimizer
PRAGMA enable_optimizer
PRAGMA verify_parallelism
PRAGMA disable_checkpoint_on_shutdown
PRAGMA enable_object_cache
PRAGMA database_list
PRAGMA show_tables
PRAGMA table_info('people')
PRAGMA database_size
PRAGMA user_agent
PRAGMA platform
SELECT current_setting('threads')
SELECT current_setting('memory_limit')
SELECT current_setting('temp_directory')
SELECT id FROM people ORDER BY current_setting('threads')
SET default_order = 'DESC'
SELECT getvariable('x')
