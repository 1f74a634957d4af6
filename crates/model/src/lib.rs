//! Tenant configuration, typed ids and the words that several parts share.
