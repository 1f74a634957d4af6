//! The {{ }} expression and template language of flows (Pebble 3.2.4 semantics, with what Webex adds).
