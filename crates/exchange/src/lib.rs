//! Contacts and their routing domain together: what one decides, the other hears.
