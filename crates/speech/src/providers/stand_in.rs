//! A server that stands in for services.
