//! A local stand-in for Salesforce: OAuth2, REST and SOQL on SQLite.
