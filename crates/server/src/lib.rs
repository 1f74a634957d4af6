//! The contact centre on the wire: calls, agents' phones, configuration, operation.
