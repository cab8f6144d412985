"""The database: tables, migrations, reporting views, engines, embedded Postgres, audit log, named queries."""
