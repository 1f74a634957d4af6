//! The tenant's audio files and spoken texts as prompts that all calls share.
