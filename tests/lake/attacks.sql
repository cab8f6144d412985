SELECT * FROM read_csv('{folder}/secret.csv', header = false)
SELECT * FROM read_text('{folder}/secret.csv')
SELECT * FROM read_blob('{folder}/secret.csv')
SELECT * FROM '{folder}/secret.csv'
SELECT * FROM sniff_csv('{folder}/secret.csv')
SELECT * FROM glob('{folder}/*')
SELECT * FROM read_json_auto('{folder}/secret.csv')
SELECT * FROM parquet_metadata('{folder}/secret.csv')
SELECT * FROM read_parquet('{folder}/../**/*.parquet')
SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')
SELECT * FROM read_parquet('s3://bucket/x.parquet')
SELECT getenv('FINOPS_SECRET')
SELECT * FROM duckdb_secrets()
COPY (SELECT 1) TO '{folder}/made.csv'
COPY reporting.charges TO '{folder}/made.parquet' (FORMAT parquet)
EXPORT DATABASE '{folder}/made'
IMPORT DATABASE '{folder}'
ATTACH '{folder}/made.db' AS made
ATTACH ':memory:' AS made; SELECT 1
INSTALL httpfs
LOAD httpfs
LOAD '{folder}/x.duckdb_extension'
SET threads = 64
SET memory_limit = '64GB'
SET enable_external_access = true
SET allowed_directories = ['/']
SET lock_configuration = false
RESET memory_limit
PRAGMA temp_directory = '{folder}'
PRAGMA enable_profiling
SELECT 1; SELECT 2
CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')
