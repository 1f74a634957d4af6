//! The JSONPath dialect of flows (Jayway 2.9 semantics) and its permissive JSON reading.
