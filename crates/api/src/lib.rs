//! The server's HTTP and WebSocket interface, and the pages that it serves.

pub mod centre;
