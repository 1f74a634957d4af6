//! Composes the music on hold again and writes the file to standard output:
//! `cargo run -p trunkline-media --example compose > defaultmusic_on_hold.wav`.
//!
//! The file is checked in under `assets/`; a test compares it with what is composed.

use std::io::Write;

use trunkline_media::music;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = music::to_wav(&music::compose())?;
    std::io::stdout().lock().write_all(&file)?;
    Ok(())
}
