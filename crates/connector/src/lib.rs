//! HTTP requests of flows: connectors, grants, tokens, retries, limits.
