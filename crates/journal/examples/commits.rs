//! What the journal costs a call: `cargo run --release -p trunkline-journal --example commits
//! EXPORT TENANT [FOLDER]`. Contacts arrive and hang up; so many of their steps share a commit.
#![allow(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use trunkline_contact::{self as contact, Arrival};
use trunkline_exchange::{Exchange, Input, Recorder};
use trunkline_journal::{SiteImage, Writer, WriterOptions};
use trunkline_model::ContactId;
use trunkline_model::tenant::Tenant;
use trunkline_store::{SqliteOptions, SqliteStore};

/// Contacts in a measurement.
const CONTACTS: usize = 2_000;

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(export), Some(tenant)) = (arguments.next(), arguments.next()) else {
        return Err("name an export and a tenant".into());
    };
    let folder = arguments.next().unwrap_or_else(std::env::temp_dir);
    let tenant = Tenant::parse(&std::fs::read_to_string(tenant)?).map_err(|it| it.to_string())?;
    let image = SiteImage::new(&tenant, vec![std::fs::read_to_string(export)?])?;
    let image = Arc::new(image);
    let bare = bare(&image)?;
    println!("without a journal: {bare:?} a contact");
    for batch in [1, 10, 64] {
        let (took, commits, entries) = journalled(&image, &folder, batch)?;
        println!(
            "{batch} steps a commit: {took:?} a contact, {commits} commits, {entries} entries"
        );
    }
    Ok(())
}

fn bare(image: &SiteImage) -> Result<Duration, Fault> {
    let begun = Instant::now();
    let mut exchange = Exchange::new(Arc::clone(image.site()));
    let (mut recorder, mut nothing) = ((), |_: &mut ()| Ok(()));
    play(image, &mut exchange, &mut recorder, &mut nothing)?;
    Ok(begun.elapsed() / u32::try_from(CONTACTS)?)
}

fn journalled(
    image: &Arc<SiteImage>,
    folder: &Path,
    batch: usize,
) -> Result<(Duration, usize, u64), Fault> {
    let path = folder.join(format!("trunkline-commits-{}.db", std::process::id()));
    let store = Arc::new(SqliteStore::open(&path, SqliteOptions::default())?);
    let mut writer = Writer::new(store, WriterOptions::default());
    writer.begin_site(Arc::clone(image), 0)?;
    writer.begin_routing(0, Vec::new());
    let mut exchange = Exchange::new(Arc::clone(image.site()));
    let begun = Instant::now();
    let (mut steps, mut commits, mut entries) = (0, 0, 0);
    let mut commit = |writer: &mut Writer| {
        steps += 1;
        if steps % batch == 0 {
            let now_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
            entries += writer.commit(now_ms)?.entries;
            commits += 1;
        }
        Ok(())
    };
    play(image, &mut exchange, &mut writer, &mut commit)?;
    let took = begun.elapsed() / u32::try_from(CONTACTS)?;
    drop(writer);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
    Ok((took, commits, entries))
}

/// Lets every contact arrive and hang up.
fn play<R: Recorder>(
    image: &SiteImage,
    exchange: &mut Exchange,
    recorder: &mut R,
    step: &mut dyn FnMut(&mut R) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let entry_point = image.tenant().entry_points.first().ok_or("no entry point")?.id.clone();
    for number in 0..CONTACTS {
        let contact = ContactId::new(format!("{number:08}"));
        let arrival = Arrival {
            contact: contact.clone(),
            at_ms: 0,
            ani_received: "+12025550123".to_owned(),
            dnis_received: String::new(),
            entry_point: entry_point.clone(),
            headers: Vec::new(),
            rescue: None,
            outdial: None,
        };
        exchange.handle(0, Input::Arrived(Box::new(arrival)), recorder)?;
        step(recorder)?;
        let input = contact::Input::CallerHungUp;
        exchange.handle(1, Input::Contact { contact, input }, recorder)?;
        step(recorder)?;
        while exchange.poll().is_some() {}
    }
    Ok(())
}
