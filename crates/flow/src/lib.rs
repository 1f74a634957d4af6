//! Reads, checks, writes and runs flows exported from Webex Contact Center.
