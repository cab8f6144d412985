"""Line items: immutable Parquet files, their catalogue in Postgres, and the engine that reads them."""
