"""Several processes over one PostgreSQL database behind a proxy: `python -m benchmarks.replicas`."""
